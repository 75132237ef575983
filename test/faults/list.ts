/** Every fault of the matrix, in the order in which they run. */
import type { Fault } from './fault.js';
import {
  coordinatorKilled,
  killedAtComplete,
  killedBeforeAck,
  killedBeforeCommit,
  killedBeforeSent,
} from './matrix/coordinatorKilled.js';
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
];
