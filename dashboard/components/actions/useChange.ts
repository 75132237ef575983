'use client';
/** One change asked of the dashboard's server: patient where waiting helps, said aloud either way. */
import { useState } from 'react';
import { useNotify } from '@/components/ui/toast';
import { postPatiently } from '@/live/fetchProblem';

type ChangeParams<Reply> = {
  url: string;
  /** What is said when it is done; null: nothing. */
  done: (reply: Reply) => { title: string; detail?: string } | null;
  onDone?: (reply: Reply) => void;
  /** Also after a refusal, say because somebody else was faster: what is shown may be old. */
  onSettled?: () => void;
};

export function useChange<Reply>({ url, done, onDone, onSettled }: ChangeParams<Reply>) {
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const change = async (body: unknown = {}): Promise<void> => {
    setBusy(true);
    const answer = await postPatiently<Reply>(url, body, {
      onWaiting: (problem) =>
        notify({ title: problem.title, detail: `${problem.detail} Retrying by itself.` }),
    });
    setBusy(false);
    if (answer.ok) {
      const note = done(answer.value);
      if (note) notify(note);
      onDone?.(answer.value);
    } else notify({ title: answer.problem.title, detail: answer.problem.detail, tone: 'bad' });
    onSettled?.();
  };
  return { change, busy };
}
