/** How a page turns an answer into what it shows: data, sign-in, not found, or the refusal with its cause. */
import 'server-only';
import { notFound, redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { Refused } from '@/components/shell/refused';
import type { Answer } from './problem';

export function show<T>(answer: Answer<T>, render: (value: T) => ReactNode): ReactNode {
  if (answer.ok) return render(answer.value);
  if (answer.problem.status === 401) redirect('/login');
  if (answer.problem.status === 404) notFound();
  return <Refused problem={answer.problem} />;
}
