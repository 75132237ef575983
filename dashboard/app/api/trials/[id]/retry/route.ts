/** Queues a trial again that failed or was cancelled; 409 in any other state, a repeat included. */
import { retryTrial } from '@/lib/actions';
import { changeRoute } from '@/lib/changeRoute';

export const POST = changeRoute('trial', retryTrial);
