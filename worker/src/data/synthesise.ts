/** Data of any size by the idea of the built-in set: clicks of taste, false clicks of bait, the same bytes everywhere. */
import { type AliasTable, aliasTable, drawAlias } from './aliasTable.js';
import { type Csr, PARTS, type Part } from './bundle.js';
import {
  DISLIKED,
  drawAttraction,
  drawDistinct,
  drawVectors,
  evenLengths,
  likedWeight,
  preferenceOf,
} from './clickModel.js';
import { buildCsr } from './csr.js';
import { assertImportName } from './datasetName.js';
import { encodeBundle } from './encodeBundle.js';
import { drawActivity, type Quota, shareOut } from './quotas.js';
import { createRng, type Rng } from './rng.js';
import type { SynthSpec } from './synthPresets.js';

/** Weights are cut here, so that a proposal of a liked item is taken with a probability that is not tiny. */
const MOST_LIKED = 2.5;
/**
 * Proposals for one click, as a share of the items, before all items are weighed instead, which takes the time of
 * about as many.
 */
const PATIENCE = 0.25;

// One stream of random numbers for each kind of thing that is drawn; users' own streams follow.
const STREAMS = {
  tastes: 0,
  qualities: 1,
  appeal: 2,
  bait: 3,
  activity: 4,
  train: 5,
  valid: 6,
  test: 7,
} as const;
const FIRST_USER = 8;

/**
 * A bundle's bytes with exactly the counts of the spec. A true click is on an item that the user likes, the more
 * attractive the rather; a false one on an item he does not like, by its bait, which is independent of attraction.
 * Items are proposed by attraction or bait and taken by the user's preference, so the time grows with the clicks
 * and not with users x items: amazon-book-like takes 6 s.
 *
 * The arithmetic is that of the built-in set: the bytes are the same on every machine.
 * @param seed 0 to 2^32 - 1
 * @throws DataError BAD_INPUT: the name
 */
export function synthesise(name: string, spec: SynthSpec, seed: number): Uint8Array {
  assertImportName(name);
  const { users, items } = spec;
  return encodeBundle({
    name,
    users,
    items,
    fpRule: 'flag',
    source: `generated: ${users} users x ${items} items, version 1, seed ${seed}`,
    ids: { users: null, items: null },
    ...drawParts(spec, seed),
  });
}

function drawParts(spec: SynthSpec, seed: number): Record<Part, Csr> {
  const quotas = drawQuotas(spec, seed);
  const shopper = openShop(spec, seed);
  const rows = {
    train: rowsFor(spec.train.interactions),
    valid: rowsFor(spec.valid.interactions),
    test: rowsFor(spec.test.interactions),
  };
  for (let user = 0; user < spec.users; user++) {
    const clicks = (part: Part) => quotas[part].clicks[user] as number;
    const falseClicks = (part: Part) => quotas[part].falseClicks[user] as number;
    const all = sum(PARTS.map(clicks));
    if (all === 0) continue;
    const bad = sum(PARTS.map(falseClicks));
    const { liked, disliked } = shopper(user, all - bad, bad);
    for (const part of PARTS) {
      const good = clicks(part) - falseClicks(part);
      for (let click = 0; click < good; click++) rows[part].add(user, liked.pop() as number, 1);
      for (let click = falseClicks(part); click > 0; click--)
        rows[part].add(user, disliked.pop() as number, 0);
    }
  }
  const csr = (part: Part) => buildCsr(rows[part], spec.users, spec.items).csr;
  return { train: csr('train'), valid: csr('valid'), test: csr('test') };
}

function drawQuotas(spec: SynthSpec, seed: number): Record<Part, Quota> {
  const activity = drawActivity(spec.users, createRng(seed, STREAMS.activity));
  const quota = (part: Part) => shareOut(spec[part], activity, createRng(seed, STREAMS[part]));
  return { train: quota('train'), valid: quota('valid'), test: quota('test') };
}

function rowsFor(size: number) {
  const users = new Uint32Array(size);
  const items = new Uint32Array(size);
  const flags = new Uint8Array(size);
  let count = 0;
  const add = (user: number, item: number, flag: 0 | 1) => {
    users[count] = user;
    items[count] = item;
    flags[count++] = flag;
  };
  return { users, items, flags, add };
}

/** @returns draws a user's clicks, all different, in an order that says nothing of their attraction */
function openShop({ users, items }: SynthSpec, seed: number) {
  const tastes = evenLengths(drawVectors(users, createRng(seed, STREAMS.tastes)));
  const qualities = drawVectors(items, createRng(seed, STREAMS.qualities));
  const appeal = drawAttraction(items, createRng(seed, STREAMS.appeal));
  const bait = drawAttraction(items, createRng(seed, STREAMS.bait));
  const [byAppeal, byBait] = [aliasTable(appeal), aliasTable(bait)];
  // (I): user + 1 of the one who clicked the item last.
  const clickedBy = new Uint32Array(items);
  return (user: number, trueClicks: number, falseClicks: number) => {
    const rng = createRng(seed, FIRST_USER + user);
    const preference = (item: number) => preferenceOf(tastes, user, qualities, item);
    const accepts = {
      liked: (item: number) => Math.min(1, likedWeight(preference(item)) / MOST_LIKED),
      disliked: (item: number) => (preference(item) < DISLIKED ? 1 : 0),
    };
    const pick = (
      count: number,
      table: AliasTable,
      weights: Float64Array,
      accept: (item: number) => number,
    ) => drawClicks(count, { user, clickedBy, table, weights, accept, rng });
    return {
      liked: pick(trueClicks, byAppeal, appeal, accepts.liked),
      disliked: pick(falseClicks, byBait, bait, accepts.disliked),
    };
  };
}

type Draw = {
  user: number;
  clickedBy: Uint32Array;
  /** (I): how often each item is proposed, and the table that proposes. */
  weights: Float64Array;
  table: AliasTable;
  /** Probability that a proposed item is taken. */
  accept: (item: number) => number;
  rng: Rng;
};

function drawClicks(count: number, draw: Draw): number[] {
  const { user, clickedBy, table, accept, rng } = draw;
  const clicks: number[] = [];
  const patience = PATIENCE * clickedBy.length;
  for (let tries = 0; clicks.length < count && tries < patience; tries++) {
    const item = drawAlias(table, rng);
    if (clickedBy[item] === user + 1 || rng.uint32() >= 0x1_0000_0000 * accept(item)) continue;
    clickedBy[item] = user + 1;
    clicks.push(item);
    tries = 0;
  }
  if (clicks.length < count) clicks.push(...drawRest(count - clicks.length, draw));
  return shuffled(clicks, rng);
}

/** Weighs every item; when even those with a weight run out, any item will do. */
function drawRest(count: number, { user, clickedBy, weights, accept, rng }: Draw): Set<number> {
  const isFree = (item: number) => clickedBy[item] !== user + 1;
  const wanted = weights.map((weight, item) => (isFree(item) ? weight * accept(item) : 0));
  const rest = drawDistinct(wanted, count, rng);
  for (const item of rest) clickedBy[item] = user + 1;
  if (rest.size === count) return rest;
  const any = weights.map((weight, item) => (isFree(item) ? weight : 0));
  for (const item of drawDistinct(any, count - rest.size, rng)) {
    clickedBy[item] = user + 1;
    rest.add(item);
  }
  return rest;
}

/** Items drawn first are the more attractive: in this order train would get them all. */
function shuffled(items: number[], rng: Rng): number[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = rng.below(at + 1);
    const held = items[at] as number;
    items[at] = items[other] as number;
    items[other] = held;
  }
  return items;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
