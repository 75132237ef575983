/** Lets a drained worker take trials again; a repeat changes nothing. */
import { workerRoute } from '@/lib/workerRoute';

export const POST = workerRoute(false);
