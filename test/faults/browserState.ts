/** I10: a browser without pixels. It keeps a sweep's trials as the dashboard does, by snapshot and versioned deltas. */
import { openConnection } from '@adt/coordinator/cli/connect';
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { ClientToServer, Delta, ServerToClient } from '@adt/proto/live';
import { LIVE_TICKET, mintTicket } from '@adt/proto/token';
import { io, type Socket } from 'socket.io-client';
import { Follower } from './follower.js';
import { until } from './until.js';
import type { World } from './world.js';

const PAGE = 1_000;
/**
 * What a coordinator committed just before it was killed reaches browsers at another one when it counts as gone, after
 * 15 s of silence.
 */
const CATCH_UP_MS = 30_000;

export type BrowserWatch = {
  sweepId: number;
  trials: Map<number, TrialSummary>;
  refetches: number;
  deltas: number;
  /** Where it stands, for a finding. */
  standing(): string;
};

/**
 * Watches a sweep by one of the coordinators until the world ends; comes back when that one does.
 * @param params.live host:port of a proxy before its socket.io listener
 */
export function watchSweep(
  world: World,
  sweepId: number,
  { coordinator = 0, live }: { coordinator?: number; live?: string } = {},
): BrowserWatch {
  const { ready } = world.coordinators[coordinator] ?? {};
  if (!ready) throw new Error(`no coordinator ${coordinator}`);
  const watch: BrowserWatch = { sweepId, trials: new Map(), refetches: 0, deltas: 0, standing: () => '' };
  const connection = openConnection({
    grpc: ready.grpc,
    token: world.token,
    signal: new AbortController().signal,
  });
  const socket: Socket<ServerToClient, ClientToServer> = io(`http://${live ?? ready.live}`, {
    auth: (give) => give({ ticket: mintTicket(world.token, LIVE_TICKET, 60_000) }),
    transports: ['websocket'],
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
    forceNew: true,
  });
  const follower = new Follower<Delta>({
    fetch: () => fetchSnapshot(watch, socket, connection),
    apply(delta) {
      watch.deltas += 1;
      put(watch, delta.trials);
    },
    connected: () => socket.connected,
  });
  watch.standing = () =>
    `${socket.connected ? 'connected' : 'not connected'}, ${follower.standing}, ${watch.deltas} deltas, ${watch.refetches} fetches`;
  socket.on('connect', () => follower.anew());
  socket.on('delta', (delta) => follower.take(delta));
  world.atEnd(() => {
    socket.disconnect();
    connection.close();
  });
  world.browsers.push(watch);
  return watch;
}

type LiveSocket = Socket<ServerToClient, ClientToServer>;
type Connection = ReturnType<typeof openConnection>;

function put(watch: BrowserWatch, trials: readonly TrialSummary[]): void {
  for (const trial of trials) watch.trials.set(trial.trialId, trial);
}

/** Subscribes first, so that nothing falls between the snapshot and the deltas. @returns the version they follow */
async function fetchSnapshot(
  watch: BrowserWatch,
  socket: LiveSocket,
  connection: Connection,
): Promise<number> {
  watch.refetches += 1;
  const answer = await socket
    .timeout(5_000)
    .emitWithAck('subscribe', { kind: 'sweep', sweepId: watch.sweepId });
  if ('error' in answer) throw new Error(answer.error);
  for (let cursor = '', more = true; more; ) {
    const request = { sweepId: watch.sweepId, limit: PAGE, cursor, order: 'number' };
    const { trials, nextCursor } = await connection.call('listTrials', request);
    put(watch, trials);
    cursor = nextCursor;
    more = nextCursor !== '';
  }
  return answer.version;
}

/** @returns a line where a browser still shows something else after it had time to catch up */
export async function browserFindings(world: World): Promise<string[]> {
  const found: string[] = [];
  for (const watch of world.browsers) {
    let difference = '';
    const same = async (): Promise<boolean> => {
      difference = await differenceOf(world, watch);
      return difference === '';
    };
    await until('the browser agrees', same, CATCH_UP_MS).catch(() =>
      found.push(`I10: sweep ${watch.sweepId}: ${difference} (${watch.standing()})`),
    );
  }
  return found;
}

type Shown = { id: number; state: string; epoch: number; bestValue: number | null };

async function differenceOf(world: World, watch: BrowserWatch): Promise<string> {
  const { rows } = await world.db.pool.query<Shown>(
    `SELECT id, state, epoch, best_value AS "bestValue" FROM trial WHERE sweep_id = $1 ORDER BY id`,
    [watch.sweepId],
  );
  if (rows.length !== watch.trials.size) return `it shows ${watch.trials.size} trials of ${rows.length}`;
  for (const row of rows) {
    const { state, epoch, bestValue } = watch.trials.get(row.id) ?? {};
    const isSame =
      state === `TRIAL_STATE_${row.state}` && epoch === row.epoch && (bestValue ?? null) === row.bestValue;
    if (!isSame) return `it shows ${JSON.stringify({ state, epoch, bestValue })} for ${JSON.stringify(row)}`;
  }
  return '';
}
