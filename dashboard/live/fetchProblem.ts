/** Fetching from the dashboard's own routes: JSON, or the problem that stands in its way. Never throws. */
import type { Problem } from '@/lib/problem';

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

const UNREACHABLE: Problem = {
  type: 'urn:adt:DASHBOARD_UNREACHABLE',
  title: 'The dashboard cannot be reached',
  status: 0,
  code: 'DASHBOARD_UNREACHABLE',
  detail: 'Is the platform running? Start it with `npm start`.',
  violations: [],
  retryAfterS: 2,
};
