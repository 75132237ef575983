/** Which sweeps of a list are shown: by words and by state. Pure. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { type StateName, sweepStateName } from '../ui/stateName';

export const FILTER_STATES = ['RUNNING', 'PAUSED', 'FINISHED', 'CANCELLED'] as const satisfies StateName[];

/** `state`: null shows all. */
export type SweepFilter = { text: string; state: (typeof FILTER_STATES)[number] | null };

/** Every word must occur in the name, the number, a data set, model or loss, or the owner. */
export function matches(sweep: SweepSummary, { text, state }: SweepFilter): boolean {
  if (state !== null && sweepStateName(sweep) !== state) return false;
  const { name, sweepId, owner, datasets, models, losses } = sweep;
  const said = [name, `#${sweepId}`, owner, ...datasets, ...models, ...losses].join(' ').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word));
}

/** From an address, `?q=adressa&state=running`. */
export function filterFrom(query: URLSearchParams): SweepFilter {
  const state = FILTER_STATES.find((known) => known.toLowerCase() === query.get('state'));
  return { text: query.get('q') ?? '', state: state ?? null };
}

/** The address's query; empty where nothing is filtered. */
export function queryOf({ text, state }: SweepFilter): string {
  const query = new URLSearchParams({
    ...(text !== '' && { q: text }),
    ...(state !== null && { state: state.toLowerCase() }),
  });
  return query.size === 0 ? '' : `?${query}`;
}
