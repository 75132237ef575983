'use client';
/** Ends the session of this browser. */
import { LogOut } from 'lucide-react';
import { postJson } from '@/live/fetchProblem';

export function SignOut() {
  const leave = async () => {
    await postJson('/api/logout', {});
    location.assign('/login');
  };
  return (
    <button
      type="button"
      aria-label="Sign out"
      title="Sign out"
      className="rounded-md p-2 text-muted hover:bg-sunken hover:text-fg"
      onClick={() => void leave()}
    >
      <LogOut aria-hidden size={16} />
    </button>
  );
}
