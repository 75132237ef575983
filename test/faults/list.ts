/** Every fault of the matrix, in the order in which they run. */
import type { Fault } from './fault.js';
import { badGrpc } from './matrix/badInput.js';
import { checkpointCorrupted, checkpointResumed } from './matrix/checkpoint.js';
import { clockOff } from './matrix/clock.js';
import {
  coordinatorKilled,
  killedAtComplete,
  killedBeforeAck,
  killedBeforeCommit,
  killedBeforeSent,
} from './matrix/coordinatorKilled.js';
import { bundleCorrupted, trainerOutOfMemory } from './matrix/damage.js';
import { deadWorkerDefault } from './matrix/deadWorker.js';
import { spoolFull, tablespaceFull, walFull } from './matrix/diskFull.js';
import { duplicateHints } from './matrix/duplicates.js';
import { leaderKilledDefault, leaderStopped } from './matrix/leader.js';
import { idleWorkers, metricFlood, slowBrowser, tenThousandQueued } from './matrix/load.js';
import { browserWithoutNats, natsKilled, natsTerminated, natsWiped } from './matrix/natsDown.js';
import { halfOpenNats, halfOpenPostgres, halfOpenWorkers, slowNetwork } from './matrix/network.js';
import { partition } from './matrix/partition.js';
import { connectionsTerminated, postgresRestarted } from './matrix/postgresDown.js';
import { realTrainingKilled, workerKilled, workerStopped } from './matrix/workerKilled.js';

export const FAULTS: readonly Fault[] = [
  workerKilled,
  realTrainingKilled,
  workerStopped,
  coordinatorKilled,
  killedBeforeCommit,
  killedBeforeAck,
  killedBeforeSent,
  killedAtComplete,
  leaderStopped,
  natsTerminated,
  natsKilled,
  natsWiped,
  browserWithoutNats,
  postgresRestarted,
  connectionsTerminated,
  tablespaceFull,
  walFull,
  slowNetwork,
  halfOpenWorkers,
  halfOpenPostgres,
  halfOpenNats,
  metricFlood,
  tenThousandQueued,
  idleWorkers,
  slowBrowser,
  partition,
  duplicateHints,
  clockOff,
  badGrpc,
  checkpointResumed,
  checkpointCorrupted,
  bundleCorrupted,
  trainerOutOfMemory,
  spoolFull,
  deadWorkerDefault,
  leaderKilledDefault,
];
