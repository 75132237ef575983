/** Reads a parity fixture: what PyTorch computed for one case, step by step. */
import { readFileSync } from 'node:fs';
import { LOSSES } from '@adt/proto/trainingConfig';
import type { Batch, Inputs, Parameters, ReplayCase } from '@adt/worker/engines/engine';
import { z } from 'zod';

const floats = z.array(z.number());
const ids = z.array(z.int().min(0));

const fixtureSchema = z.object({
  model: z.enum(['GMF', 'NeuMF', 'CDAE']),
  loss: z.enum(LOSSES),
  hyper: z.object({
    epsMax: z.number().optional(),
    epsN: z.number().optional(),
    beta: z.number().optional(),
  }),
  users: z.int().min(1),
  items: z.int().min(1),
  factors: z.int().min(1),
  mlpLayers: z.int().min(1).optional(),
  hidden: z.int().min(1).optional(),
  corruption: z.number().min(0).lt(1).optional(),
  adam: z.object({ lr: z.number(), beta1: z.number(), beta2: z.number(), eps: z.number() }),
  initial: z.record(z.string(), floats),
  batches: z.array(
    z.object({
      users: ids,
      items: ids,
      labels: z.array(z.int().min(0).max(1)),
      inputs: z.record(z.string().regex(/^\d+$/), ids).optional(),
    }),
  ),
  expected: z.object({
    loss: floats,
    dropped: z.array(ids).nullish(),
    final: z.record(z.string(), floats),
  }),
});
export type Fixture = z.infer<typeof fixtureSchema>;

/** @throws Error with the file's name and what is off in it */
export function readFixture(path: string): Fixture {
  const parsed = fixtureSchema.safeParse(parseJson(path));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`${path}: ${issue?.path.join('.')}: ${issue?.message}`);
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** What an engine has to run. */
export function replayCaseOf(fixture: Fixture): ReplayCase {
  const { expected: _, initial, batches, ...sizes } = fixture;
  const parameters: Parameters = Object.fromEntries(
    Object.entries(initial).map(([name, values]) => [name, Float32Array.from(values)]),
  );
  return { ...sizes, initial: parameters, batches: batches.map(batchOf) };
}

function batchOf({ users, items, labels, inputs }: Fixture['batches'][number]): Batch {
  return {
    users: Uint32Array.from(users),
    items: Uint32Array.from(items),
    labels: Uint8Array.from(labels),
    ...(inputs && { inputs: inputsOf(inputs) }),
  };
}

function inputsOf(byUser: Record<string, number[]>): Inputs {
  const entries = Object.entries(byUser).map(([user, items]) => ({ user: Number(user), items }));
  entries.sort((a, b) => a.user - b.user);
  const rowStarts = [0];
  for (const { items } of entries) rowStarts.push((rowStarts.at(-1) ?? 0) + items.length);
  return {
    users: Uint32Array.from(entries, ({ user }) => user),
    rowStarts: Uint32Array.from(rowStarts),
    items: Uint32Array.from(entries.flatMap(({ items }) => items)),
  };
}
