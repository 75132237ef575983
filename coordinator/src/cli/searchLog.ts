/** `adt sweep log`: the search's decisions in words, a line each. */
import type { SearchEntry } from '@adt/proto/gen/adt/v1/log';
import { type Connection, type Reply, withPlatform } from './connect.js';
import type { Context } from './context.js';
import { print, printJson, printNote } from './output.js';
import { LOG_PAGE } from './tunables.js';

export type LogFlags = { told?: boolean };

export async function logCommand(context: Context, sweepId: number, flags: LogFlags): Promise<void> {
  await withPlatform(context, async (connection) => {
    const { entries } = await fetchLog(connection, sweepId);
    if (context.json) return printJson(entries.map(entryDocument));
    if (entries.length === 0)
      return printNote(`sweep ${sweepId} has no search log: its file alone decides what it runs`);
    const shown = flags.told ? entries : entries.filter(({ kind }) => kind !== 'told');
    for (const entry of shown) print(lineOf(entry));
  });
}

/** The whole log, page by page. */
export async function fetchLog(
  { call }: Connection,
  sweepId: number,
): Promise<Pick<Reply<'getSearchLog'>, 'specSha256' | 'facts' | 'prior' | 'rules' | 'entries'>> {
  const entries: SearchEntry[] = [];
  for (;;) {
    const after = entries.at(-1)?.number ?? 0;
    const {
      entries: page,
      more,
      ...source
    } = await call('getSearchLog', { sweepId, after, limit: LOG_PAGE });
    entries.push(...page);
    if (!more) return { ...source, entries };
  }
}

/** `2026-11-24 14:03:07  adressa, GMF, T-CE  tries lr 0.001: Sobol start-up 3 of 10`. */
function lineOf({ createdMs, dataset, model, loss, what, reason }: SearchEntry): string {
  const time = new Date(createdMs).toISOString().slice(0, 19).replace('T', ' ');
  const stratum = dataset === '' ? 'the search' : `${dataset}, ${model}, ${loss}`;
  return `${time}  ${stratum}  ${what}${reason === '' ? '' : `: ${reason}`}`;
}

function entryDocument({ entry, ...rest }: SearchEntry) {
  return { ...rest, entry: JSON.parse(entry) as unknown };
}
