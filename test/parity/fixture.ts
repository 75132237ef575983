/** Reads a parity fixture: what PyTorch computed for one case, step by step. */
import { readFileSync } from 'node:fs';
import { LOSSES, MODELS } from '@adt/proto/trainingConfig';
import type { Batch, Parameters, ReplayCase } from '@adt/worker/engines/engine';
import { z } from 'zod';

const floats = z.array(z.number());
const ids = z.array(z.int().min(0));

const fixtureSchema = z.object({
  model: z.string(),
  loss: z.enum(LOSSES),
  hyper: z.object({
    epsMax: z.number().optional(),
    epsN: z.number().optional(),
    beta: z.number().optional(),
  }),
  users: z.int().min(1),
  items: z.int().min(1),
  factors: z.int().min(1),
  adam: z.object({ lr: z.number(), beta1: z.number(), beta2: z.number(), eps: z.number() }),
  initial: z.record(z.string(), floats),
  batches: z.array(z.object({ users: ids, items: ids, labels: z.array(z.int().min(0).max(1)) })),
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

/** What an engine has to run; null where the product has no such model. */
export function replayCaseOf(fixture: Fixture): ReplayCase | null {
  const model = MODELS.find((name) => name === fixture.model);
  if (model === undefined) return null;
  const { loss, hyper, users, items, factors, adam } = fixture;
  const initial: Parameters = Object.fromEntries(
    Object.entries(fixture.initial).map(([name, values]) => [name, Float32Array.from(values)]),
  );
  const batches: Batch[] = fixture.batches.map((batch) => ({
    users: Uint32Array.from(batch.users),
    items: Uint32Array.from(batch.items),
    labels: Uint8Array.from(batch.labels),
  }));
  return { model, loss, hyper, users, items, factors, adam, initial, batches };
}
