/** The planning thread: does one job after the other, in the order in which they came. */
import { parentPort } from 'node:worker_threads';
import { reasonOf } from '../log.js';
import { type FromThread, JOBS, type Job, type JobResult, type ToThread } from './jobs.js';

parentPort?.on('message', (message: ToThread) => {
  parentPort?.postMessage(answer(message));
});

function answer(message: ToThread): FromThread {
  try {
    return { id: message.id, result: run(message) };
  } catch (error) {
    return { id: message.id, error: reasonOf(error) };
  }
}

function run({ job, params }: ToThread): JobResult<Job> {
  switch (job) {
    case 'plan':
      return JOBS.plan(params);
    case 'forecast':
      return JOBS.forecast(params);
    case 'submission':
      return JOBS.submission(params);
    case 'stored':
      return JOBS.stored(params);
    default:
      return job satisfies never;
  }
}
