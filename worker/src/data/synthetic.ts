/** The built-in data set: tastes, popularity, and clicks that contradict the taste, the same bytes everywhere. */
import { buildCsr, type RawRows } from './csr.js';
import { SYNTHETIC } from './datasetName.js';
import { encodeBundle } from './encodeBundle.js';
import { GrowableU8, GrowableU32 } from './growable.js';
import { createRng, type Rng } from './rng.js';
import { splitByUser } from './split.js';
import { type DatasetStore, putBundle, type StoredDataset } from './store.js';

const USERS = 2_000;
const ITEMS = 1_000;
/** Dimensions of taste. */
const DIMENSIONS = 6;
const SEED = 2021;
/** Part of a user's clicks that he did not like. */
const FALSE_SHARE = 0.3;
/** Clicks of a user: LEAST + SPREAD * u^3, u uniform: many have few, few have many. */
const LEAST_CLICKS = 20;
const CLICK_SPREAD = 120;
/** The r-th most attractive item has attraction 1 / (r + FLATNESS): popularity with a long tail. */
const FLATNESS = 25;
/** A liked item has at least this preference, an item disliked at most the second; preferences have variance 1. */
const LIKED = 0.6;
const DISLIKED = -0.2;

const SOURCE = `generated: ${USERS} users x ${ITEMS} items, version 1, seed ${SEED}`;

// One stream of random numbers for each kind of thing that is drawn; users' own streams follow.
const TASTES = 0;
const QUALITIES = 1;
const APPEAL = 2;
const BAIT = 3;
const FIRST_USER = 4;

/**
 * The data set of that name in the store, generated when it is missing or of an older version.
 * Takes about a tenth of a second.
 */
export async function ensureSynthetic(store: DatasetStore): Promise<StoredDataset & { name: string }> {
  const stored = await putBundle(store, generateSynthetic(), { name: SYNTHETIC, replace: true });
  return { ...stored, name: SYNTHETIC };
}

/**
 * The bundle's bytes. A user clicks items he likes, the more attractive the rather; three in ten of his clicks
 * go to items with a bait that he does not like. Bait and attraction are independent, so following the bait
 * costs recall on the test part, which holds liked items only.
 *
 * Arithmetic is + - * / and integer operations alone, whose results IEEE 754 fixes: no Math.log, whose last bit
 * differs between machines.
 */
export function generateSynthetic(): Uint8Array {
  const clicks = drawClicks();
  const { csr } = buildCsr(clicks, USERS, ITEMS);
  const { train, valid, test } = splitByUser(csr, SEED);
  return encodeBundle({
    name: SYNTHETIC,
    users: USERS,
    items: ITEMS,
    fpRule: 'flag',
    source: SOURCE,
    ids: { users: null, items: null },
    train,
    valid,
    test,
  });
}

function drawClicks(): RawRows {
  const tastes = drawVectors(USERS, createRng(SEED, TASTES));
  const qualities = drawVectors(ITEMS, createRng(SEED, QUALITIES));
  const appeal = drawAttraction(createRng(SEED, APPEAL));
  const bait = drawAttraction(createRng(SEED, BAIT));
  const users = new GrowableU32();
  const items = new GrowableU32();
  const flags = new GrowableU8();
  for (let user = 0; user < USERS; user++) {
    const rng = createRng(SEED, FIRST_USER + user);
    const preference = preferences(tastes, user, qualities);
    const { trueClicks, falseClicks } = drawActivity(rng);
    const add = (flag: 0 | 1) => (item: number) => {
      users.push(user);
      items.push(item);
      flags.push(flag);
    };
    const liked = appeal.map((weight, item) => weight * likedWeight(preference[item] as number));
    drawDistinct(liked, trueClicks, rng).forEach(add(1));
    const disliked = bait.map((weight, item) => ((preference[item] as number) < DISLIKED ? weight : 0));
    drawDistinct(disliked, falseClicks, rng).forEach(add(0));
  }
  return { users: users.view(), items: items.view(), flags: flags.view() };
}

/** (count x DIMENSIONS), row-major, each of variance 1: a sum of four uniforms is near enough to a bell. */
function drawVectors(count: number, rng: Rng): Float64Array {
  const scale = Math.sqrt(3);
  return Float64Array.from({ length: count * DIMENSIONS }, () => {
    return scale * (rng.uniform() + rng.uniform() + rng.uniform() + rng.uniform() - 2);
  });
}

/** (ITEMS): weights 1 / (rank + FLATNESS) in a random order. */
function drawAttraction(rng: Rng): Float64Array {
  const weights = Float64Array.from({ length: ITEMS }, (_, rank) => 1 / (rank + 1 + FLATNESS));
  for (let at = ITEMS - 1; at > 0; at--) {
    const other = rng.below(at + 1);
    const held = weights[at] as number;
    weights[at] = weights[other] as number;
    weights[other] = held;
  }
  return weights;
}

/** (ITEMS): how much the user likes each item; variance 1. */
function preferences(tastes: Float64Array, user: number, qualities: Float64Array): Float64Array {
  const scale = 1 / Math.sqrt(DIMENSIONS);
  return Float64Array.from({ length: ITEMS }, (_, item) => {
    let sum = 0;
    for (let d = 0; d < DIMENSIONS; d++) {
      sum += (tastes[user * DIMENSIONS + d] as number) * (qualities[item * DIMENSIONS + d] as number);
    }
    return scale * sum;
  });
}

/** Grows with the square of how far the preference is above the bar; never so small that it is not drawn. */
function likedWeight(preference: number): number {
  const above = preference - LIKED;
  return above > 0 ? 0.1 + above * above : 0;
}

function drawActivity(rng: Rng): { trueClicks: number; falseClicks: number } {
  const rarity = rng.uniform();
  const clicks = LEAST_CLICKS + Math.floor(CLICK_SPREAD * rarity * rarity * rarity);
  let falseClicks = 0;
  for (let click = 0; click < clicks; click++) if (rng.uniform() < FALSE_SHARE) falseClicks++;
  return { trueClicks: clicks - falseClicks, falseClicks };
}

/** `count` different indices, drawn by weight, a repeat drawn again; fewer when fewer have a weight. */
function drawDistinct(weights: Float64Array, count: number, rng: Rng): Set<number> {
  const cumulated = new Float64Array(weights.length);
  let total = 0;
  let possible = 0;
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index] as number;
    total += weight;
    if (weight > 0) possible++;
    cumulated[index] = total;
  }
  const drawn = new Set<number>();
  while (drawn.size < Math.min(count, possible)) drawn.add(firstAbove(cumulated, rng.uniform() * total));
  return drawn;
}

/** Index of the first of the ascending values that is above `target`: never one whose weight is 0. */
function firstAbove(ascending: Float64Array, target: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
