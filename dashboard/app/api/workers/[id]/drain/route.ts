/** Lets a worker take no more trials; a repeat changes nothing. */
import { workerRoute } from '@/lib/workerRoute';

export const POST = workerRoute(true);
