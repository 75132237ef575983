/** Small random data sets and configurations, for tests of what trains on them. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { Bundle, Csr, Part } from '../data/bundle.js';

/** Numbers in [0, 1): a linear congruential generator, enough for test data. */
export function testRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Each user has each item with `density`, split 8:1:1 over the parts at random. */
export function randomBundle({ users = 50, items = 40, density = 0.25, seed = 7 } = {}): Bundle {
  const random = testRandom(seed);
  const lists: Record<Part, number[][]> = { train: [], valid: [], test: [] };
  for (let user = 0; user < users; user += 1) {
    for (const list of Object.values(lists)) list.push([]);
    for (let item = 0; item < items; item += 1) {
      if (random() >= density) continue;
      const draw = random();
      lists[draw < 0.8 ? 'train' : draw < 0.9 ? 'valid' : 'test'][user]?.push(item);
    }
  }
  return bundleOf(lists, items);
}

/** A bundle from each user's items, ascending, by part. */
export function bundleOf(lists: Record<Part, number[][]>, items: number): Bundle {
  const part = (name: Part) => ({ interactions: lists[name].flat().length, falsePositives: null });
  return {
    sha256: '0'.repeat(64),
    bytes: 0,
    header: {
      format: 1,
      name: 'random',
      users: lists.train.length,
      items,
      parts: { train: part('train'), valid: part('valid'), test: part('test') },
      fpRule: 'none',
      source: 'test',
      idBytes: { users: null, items: null },
    },
    train: csrOf(lists.train),
    valid: csrOf(lists.valid),
    test: csrOf(lists.test),
  };
}

function csrOf(lists: number[][]): Csr {
  const rowStarts = new Uint32Array(lists.length + 1);
  for (const [user, list] of lists.entries()) rowStarts[user + 1] = (rowStarts[user] ?? 0) + list.length;
  return { rowStarts, items: Uint32Array.from(lists.flat()), truePositive: null };
}

/** The same interactions, of which this share of train and valid is known to be false. */
export function withFlags(bundle: Bundle, share: number, seed = 3): Bundle {
  const random = testRandom(seed);
  const flagged = (part: Csr): Csr => ({
    ...part,
    truePositive: Uint8Array.from(part.items, () => (random() < share ? 0 : 1)),
  });
  return { ...bundle, train: flagged(bundle.train), valid: flagged(bundle.valid) };
}

/** Items of a user in a part. */
export function itemsOf({ rowStarts, items }: Csr, user: number): number[] {
  return [...items.subarray(rowStarts[user], rowStarts[user + 1])];
}

export function testConfig(overrides: Partial<TrainingConfig> = {}): TrainingConfig {
  return {
    dataset: 'random',
    datasetSha256: '0'.repeat(64),
    model: 'GMF',
    loss: 'CE',
    lr: 0.01,
    factors: 8,
    negatives: 1,
    batchSize: 64,
    epochs: 5,
    evalEvery: 10,
    topk: [3, 10],
    select: 'valid/recall@10',
    seed: 1,
    ...overrides,
  };
}
