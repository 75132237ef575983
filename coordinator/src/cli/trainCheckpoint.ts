/** The file of `adt train --checkpoint`: what is said about it, and the curve that travels in it. */
import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CheckpointParams } from '@adt/worker/training/checkpoint';
import { CheckpointError } from '@adt/worker/training/checkpointFile';
import { z } from 'zod';
import { UsageError } from './failure.js';
import { formatCount, printNote } from './output.js';

/** One validation: the iteration and every series' value there; null where it was not finite. */
export type CurvePoint = { step: number; values: Record<string, number | null> };

const curveSchema = z.array(
  z.strictObject({ step: z.int().min(1), values: z.record(z.string(), z.number().nullable()) }),
);

/** Before anything is trained that could not be saved. @throws UsageError */
export async function checkCheckpointFile(file: string): Promise<void> {
  const folder = dirname(resolve(file));
  const folderIsThere = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!folderIsThere) throw new UsageError(`--checkpoint: there is no folder ${folder}`);
  const mayWrite = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!mayWrite) throw new UsageError(`--checkpoint: ${folder} can't be written to`);
}

/** @param curve what is printed at the end; the points from before the checkpoint are put back into it */
export function checkpointOf(
  file: string,
  everySeconds: number,
  curve: CurvePoint[],
): { params: CheckpointParams; noteHowToGoOn(): void } {
  let savedAt: number | null = null;
  const params: CheckpointParams = {
    path: resolve(file),
    everySeconds,
    companion: {
      save: () => curve,
      restore(saved) {
        const read = curveSchema.safeParse(saved);
        if (!read.success)
          throw new CheckpointError(`${file}: the checkpoint was not written by adt train: it has no curve`);
        curve.push(...read.data);
      },
    },
    onResume({ step, totalSteps }) {
      savedAt = step;
      printNote(`goes on from iteration ${formatCount(step)} of ${formatCount(totalSteps)} in ${file}`);
    },
    onSave({ step }) {
      savedAt = step;
    },
  };
  return {
    params,
    noteHowToGoOn() {
      if (savedAt === null) return;
      printNote(
        `stopped; saved at iteration ${formatCount(savedAt)} in ${file}: the same command goes on from there`,
      );
    },
  };
}
