/** Whether a trial confirms. Without the enum itself: importing it would bring gRPC into the browser. */
import type { TrialPhase, TrialSummary } from '@adt/proto/gen/adt/v1/search';

const CONFIRM: `${TrialPhase.CONFIRM}` = 'TRIAL_PHASE_CONFIRM';

/** It measures a configuration that is chosen already, on a fresh seed. */
export function isConfirming({ phase }: Pick<TrialSummary, 'phase'>): boolean {
  return `${phase}` === CONFIRM;
}
