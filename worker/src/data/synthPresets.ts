/** Sizes of generated data: those of the paper's data sets, and what a user asks for. */
import type { Part } from './bundle.js';
import { DataError } from './dataError.js';
import { MAX_IDS } from './layout.js';
import type { PartSize } from './quotas.js';

export type SynthSpec = { users: number; items: number } & Record<Part, PartSize>;

/**
 * The data sets of the paper's Table 2, whose interactions are those of the train part. Adressa's other parts have
 * the sizes that were published; those of the others are an eighth of train, without its false positives in test.
 */
export const PRESETS = {
  'adressa-like': {
    users: 212_231,
    items: 6_596,
    train: { interactions: 419_491, users: 187_311, falsePositives: 247_628 },
    valid: { interactions: 53_262, users: 34_229, falsePositives: 35_770 },
    test: { interactions: 18_028, users: 10_380, falsePositives: 0 },
  },
  'amazon-book-like': {
    users: 80_464,
    items: 98_663,
    train: { interactions: 2_714_021, users: 80_464, falsePositives: 199_475 },
    valid: { interactions: 339_253, users: 80_464, falsePositives: 24_934 },
    test: { interactions: 314_318, users: 80_349, falsePositives: 0 },
  },
  'yelp-like': {
    users: 45_548,
    items: 57_396,
    train: { interactions: 1_672_520, users: 45_548, falsePositives: 260_581 },
    valid: { interactions: 209_065, users: 45_548, falsePositives: 32_573 },
    test: { interactions: 176_492, users: 45_548, falsePositives: 0 },
  },
} as const satisfies Record<string, SynthSpec>;
export type Preset = keyof typeof PRESETS;

/** A user's clicks reach three times the mean, and he likes a quarter of the items: more would not be his taste. */
const MOST_DENSE = 0.1;

/**
 * `interactions` are those of train, as Table 2 counts them; valid and test have an eighth of them each, the latter
 * without its false positives.
 * @throws DataError BAD_INPUT: counts that no data can have
 */
export function synthSpec(users: number, items: number, interactions: number, fpShare: number): SynthSpec {
  requireInteger('--users', users, MAX_IDS);
  requireInteger('--items', items, MAX_IDS);
  requireInteger('--interactions', interactions, Number.MAX_SAFE_INTEGER);
  if (!(fpShare >= 0 && fpShare < 1))
    throw new DataError('BAD_INPUT', `--fp: must be a share from 0 to below 1 (got ${fpShare})`);
  const eighth = Math.max(1, Math.round(interactions / 8));
  const part = (total: number, share: number): PartSize => {
    return { interactions: total, users: Math.min(users, total), falsePositives: Math.round(share * total) };
  };
  const train = part(interactions, fpShare);
  const valid = part(eighth, fpShare);
  const test = part(Math.max(1, Math.round(eighth * (1 - fpShare))), 0);
  refuseDense(users, items, interactions + valid.interactions + test.interactions);
  return { users, items, train, valid, test };
}

function requireInteger(flag: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  throw new DataError('BAD_INPUT', `${flag}: must be an integer from 1 to ${max} (got ${value})`);
}

function refuseDense(users: number, items: number, clicks: number): void {
  const most = Math.floor(MOST_DENSE * users * items);
  if (clicks <= most && clicks <= 0xffff_ffff) return;
  const reason = `with valid and test they are ${clicks}`;
  throw new DataError(
    'BAD_INPUT',
    `--interactions: ${reason}, the limit is a tenth of users x items, ${most}`,
  );
}
