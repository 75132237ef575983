/** What the dashboard asks about a whole sweep: what mattered, what its workers did, what its search decided. */
import 'server-only';
import {
  type GetSensitivityReply,
  type ImportanceReport,
  ImportanceTarget,
  SensitivityOthers,
} from '@adt/proto/gen/adt/v1/results';
import type { ListAttemptsReply } from '@adt/proto/gen/adt/v1/search';
import type { Judged } from '@/components/sweep/rungs/judged';
import { judgedOf } from '@/components/sweep/rungs/judgedLog';
import { ask } from './coordinator';
import type { Answer } from './problem';
import { ATTEMPTS_SHOWN, LOG_PAGE, MAX_LOG_PAGES, READ_DEADLINE_MS } from './tunables';

export function getImportance(sweepId: number, of: 'metric' | 'duration'): Promise<Answer<ImportanceReport>> {
  const target = of === 'duration' ? ImportanceTarget.DURATION : ImportanceTarget.METRIC;
  return ask((client) => client.getImportance, { sweepId, target }, READ_DEADLINE_MS);
}

/** @param metric empty: what the trainings are ranked by */
export function getSensitivity(
  sweepId: number,
  metric: string,
  others: 'fixed' | 'best',
): Promise<Answer<GetSensitivityReply>> {
  const request = {
    sweepId,
    metric,
    others: others === 'best' ? SensitivityOthers.BEST : SensitivityOthers.FIXED,
  };
  return ask((client) => client.getSensitivity, request, READ_DEADLINE_MS);
}

export function listAttempts(sweepId: number): Promise<Answer<ListAttemptsReply>> {
  return ask((client) => client.listAttempts, { sweepId, limit: ATTEMPTS_SHOWN }, READ_DEADLINE_MS);
}

/** Every judgement of early stopping, oldest first; `more`: the log is longer than what was read. */
export async function getJudged(sweepId: number): Promise<Answer<{ judged: Judged[]; more: boolean }>> {
  const judged: Judged[] = [];
  let after = 0;
  for (let pages = 0; pages < MAX_LOG_PAGES; pages++) {
    const request = { sweepId, after, limit: LOG_PAGE };
    const page = await ask((client) => client.getSearchLog, request, READ_DEADLINE_MS);
    if (!page.ok) return page;
    judged.push(...judgedOf(page.value.entries));
    after = page.value.entries.at(-1)?.number ?? after;
    if (!page.value.more) return { ok: true, value: { judged, more: false } };
  }
  return { ok: true, value: { judged, more: true } };
}
