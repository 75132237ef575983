/** The built-in data set: tastes, popularity, and clicks that contradict the taste, the same bytes everywhere. */
import {
  DISLIKED,
  drawAttraction,
  drawDistinct,
  drawVectors,
  likedWeight,
  preferenceOf,
} from './clickModel.js';
import { buildCsr, type RawRows } from './csr.js';
import { SYNTHETIC } from './datasetName.js';
import { encodeBundle } from './encodeBundle.js';
import { GrowableU8, GrowableU32 } from './growable.js';
import { createRng, type Rng } from './rng.js';
import { splitByUser } from './split.js';
import { type DatasetStore, putBundle, type StoredDataset } from './store.js';

const USERS = 2_000;
const ITEMS = 1_000;
const SEED = 2021;
/** Part of a user's clicks that he did not like. */
const FALSE_SHARE = 0.3;
/** Clicks of a user: LEAST + SPREAD * u^3, u uniform: many have few, few have many. */
const LEAST_CLICKS = 20;
const CLICK_SPREAD = 120;

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
  const appeal = drawAttraction(ITEMS, createRng(SEED, APPEAL));
  const bait = drawAttraction(ITEMS, createRng(SEED, BAIT));
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

/** (ITEMS): how much the user likes each item. */
function preferences(tastes: Float64Array, user: number, qualities: Float64Array): Float64Array {
  return Float64Array.from({ length: ITEMS }, (_, item) => preferenceOf(tastes, user, qualities, item));
}

function drawActivity(rng: Rng): { trueClicks: number; falseClicks: number } {
  const rarity = rng.uniform();
  const clicks = LEAST_CLICKS + Math.floor(CLICK_SPREAD * rarity * rarity * rarity);
  let falseClicks = 0;
  for (let click = 0; click < clicks; click++) if (rng.uniform() < FALSE_SHARE) falseClicks++;
  return { trueClicks: clicks - falseClicks, falseClicks };
}
