/** Something failed: what, why, and the next action. */
import { CloudOff, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

type ErrorStateProps = {
  title: string;
  detail: string;
  code?: string;
  waiting?: boolean;
  actions?: ReactNode;
};

export function ErrorState({ title, detail, code, waiting = false, actions }: ErrorStateProps) {
  const Icon = waiting ? CloudOff : TriangleAlert;
  return (
    <div role="alert" className="mx-auto flex max-w-lg flex-col items-center gap-2 px-4 py-16 text-center">
      <Icon aria-hidden size={28} className={waiting ? 'text-warn' : 'text-bad'} />
      <h1 className="mt-2 font-semibold text-lg">{title}</h1>
      <p className="text-muted">{detail}</p>
      {code && <p className="font-mono text-muted text-xs">{code}</p>}
      {actions && <div className="mt-3 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
