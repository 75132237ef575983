/** Cancels a sweep; a repeat changes nothing. */
import { changeRoute } from '@/lib/changeRoute';
import { cancelSweep } from '@/lib/search';

export const POST = changeRoute('sweep', cancelSweep);
