/** How many clicks each user of a generated data set has in a part, and how many of them are false: exact in total. */
import type { Rng } from './rng.js';

/** Clicks of a user are in proportion to LEAST + SPREAD * u^3, u uniform: many have few, few have many. */
const LEAST_CLICKS = 20;
const CLICK_SPREAD = 120;

/** How many interactions a part has, of how many different users, how many of them false. */
export type PartSize = { interactions: number; users: number; falsePositives: number };

/** (U) each: clicks of a user in the part, and the false ones among them. */
export type Quota = { clicks: Uint32Array; falseClicks: Uint32Array };

/** (U): what the clicks of users are in proportion to. */
export function drawActivity(users: number, rng: Rng): Float64Array {
  return Float64Array.from({ length: users }, () => {
    const rarity = rng.uniform();
    return LEAST_CLICKS + CLICK_SPREAD * rarity * rarity * rarity;
  });
}

/** Shares a part out: each of its users, drawn at random, has one click, and the rest go by activity. */
export function shareOut(size: PartSize, activity: Float64Array, rng: Rng): Quota {
  const clicks = drawUsers(activity.length, size.users, rng);
  const total = activity.reduce((sum, weight, user) => sum + weight * (clicks[user] as number), 0);
  const rest = size.interactions - size.users;
  let reached = 0;
  let given = 0;
  for (let user = 0; user < activity.length; user++) {
    if (clicks[user] === 0) continue;
    reached += activity[user] as number;
    const due = Math.round(rest * (reached / total));
    clicks[user] = 1 + due - given;
    given = due;
  }
  return { clicks, falseClicks: drawFalse(clicks, size, rng) };
}

/** (U): 1 for `count` users. */
function drawUsers(users: number, count: number, rng: Rng): Uint32Array {
  const drawn = new Uint32Array(users);
  let left = count;
  for (let user = 0; user < users; user++) {
    if (rng.uniform() * (users - user) >= left) continue;
    drawn[user] = 1;
    left--;
  }
  return drawn;
}

/** (U): every click is as likely to be one of the false ones as any other. */
function drawFalse(clicks: Uint32Array, { interactions, falsePositives }: PartSize, rng: Rng): Uint32Array {
  const drawn = new Uint32Array(clicks.length);
  let clicksLeft = interactions;
  let falseLeft = falsePositives;
  for (let user = 0; user < clicks.length; user++) {
    for (let click = clicks[user] as number; click > 0; click--) {
      if (rng.uniform() * clicksLeft-- >= falseLeft) continue;
      drawn[user] = (drawn[user] as number) + 1;
      falseLeft--;
    }
  }
  return drawn;
}
