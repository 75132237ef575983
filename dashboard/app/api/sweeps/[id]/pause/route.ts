/** Lets no more trials of a sweep start; a repeat changes nothing. */
import { pauseSweep } from '@/lib/actions';
import { changeRoute } from '@/lib/changeRoute';

export const POST = changeRoute('sweep', pauseSweep);
