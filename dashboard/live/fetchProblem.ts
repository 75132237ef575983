/** Fetching from the dashboard's own routes: JSON, or the problem that stands in its way. Never throws. */
import type { Problem } from '@/lib/problem';

/** Then it is said to have failed: the user may try again by hand. */
const MAX_TRIES = 30;

export type Fetched<T> = { ok: true; value: T } | { ok: false; problem: Problem };

export async function fetchProblem<T>(url: string, init: RequestInit = {}): Promise<Fetched<T>> {
  try {
    const response = await fetch(url, { cache: 'no-store', ...init });
    const text = await response.text();
    if (response.ok) return { ok: true, value: (text === '' ? null : JSON.parse(text)) as T };
    return { ok: false, problem: JSON.parse(text) as Problem };
  } catch {
    return { ok: false, problem: UNREACHABLE };
  }
}

export function postJson<T>(url: string, body: unknown, init: RequestInit = {}): Promise<Fetched<T>> {
  return fetchProblem<T>(url, {
    ...init,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...init.headers },
    body: JSON.stringify(body),
  });
}

/**
 * Posts what is safe to repeat, again and again while the answer is only for now (429, 503): each time after as long as
 * the answer says. @param onWaiting called before the first wait
 */
export async function postPatiently<T>(
  url: string,
  body: unknown,
  params: { init?: RequestInit; onWaiting(problem: Problem): void },
): Promise<Fetched<T>> {
  for (let tries = 1; ; tries += 1) {
    const answer = await postJson<T>(url, body, params.init);
    if (answer.ok || answer.problem.retryAfterS === null || tries === MAX_TRIES) return answer;
    if (tries === 1) params.onWaiting(answer.problem);
    const { retryAfterS } = answer.problem;
    await new Promise((resolve) => setTimeout(resolve, retryAfterS * 1000));
  }
}

const UNREACHABLE: Problem = {
  type: 'urn:adt:DASHBOARD_UNREACHABLE',
  title: 'The dashboard cannot be reached',
  status: 0,
  code: 'DASHBOARD_UNREACHABLE',
  detail: 'Is the platform running? Start it with `npm start`.',
  violations: [],
  retryAfterS: 2,
};
