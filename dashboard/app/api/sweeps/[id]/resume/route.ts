/** Lets a paused sweep go on; a repeat changes nothing. */
import { resumeSweep } from '@/lib/actions';
import { changeRoute } from '@/lib/changeRoute';

export const POST = changeRoute('sweep', resumeSweep);
