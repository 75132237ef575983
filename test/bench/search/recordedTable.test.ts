import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countConfigurations, expandGrid } from '@adt/coordinator/search/grid';
import { describe, expect, it } from 'vitest';
import { isTableName, latticeParameters, PLANS, RECORDED_LOSSES, type TableName } from './lattice.js';
import { openRecordedTable } from './recordedTable.js';

const RESULTS = fileURLToPath(new URL('../results', import.meta.url));
const open = (table: TableName) => openRecordedTable({ table, folder: RESULTS });

describe('the recorded trials', () => {
  it.each(Object.keys(PLANS) as TableName[])(
    '%s: are every configuration, each with a value at every step',
    (name) => {
      const table = open(name);
      const { epochs, evalEvery, validUsers } = PLANS[name];
      expect(table?.settings).toMatchObject({ epochs, evalEvery, validUsers });
      for (const loss of RECORDED_LOSSES) {
        const lattice = [...expandGrid(latticeParameters(loss, name))];
        expect(table?.trials(loss).length).toBe(lattice.length);
        expect(table?.parameters(loss)).toEqual(latticeParameters(loss, name));
        for (const assignment of lattice) {
          const curve = table?.curve(loss, assignment) ?? new Map();
          expect([...curve.keys()]).toEqual(table?.steps);
          expect([...curve.values()].every((value) => value > 0 && value < 1)).toBe(true);
          expect(table?.score(loss, assignment)).toBe(Math.max(...curve.values()));
        }
      }
    },
  );

  it('are found however an assignment is ordered, and no other is', () => {
    const table = open('samplers');
    expect(table?.score('CE', { lr: 0.001, factors: 64 })).toBe(
      table?.score('CE', { factors: 64, lr: 0.001 }),
    );
    expect(() => table?.curve('CE', { lr: 0.002, factors: 64 })).toThrow(RangeError);
  });

  it('are none where nothing was recorded', () => {
    expect(openRecordedTable({ folder: join(RESULTS, 'nowhere') })).toBeNull();
  });
});

describe('the lattice of the races', () => {
  it('is 120 trainings, and T-CE drops its full share before the second rung', () => {
    const sizes = RECORDED_LOSSES.map((loss) => countConfigurations(latticeParameters(loss, 'races')));
    expect(sizes).toEqual([72, 36, 12]);
    const { evalEvery, lattice } = PLANS.races;
    expect(Math.max(...lattice['T-CE'].eps_n)).toBeLessThanOrEqual(3 * evalEvery);
  });

  it('has a name, and what is none is not taken for one', () => {
    expect(['samplers', 'races', 'toString', ''].map(isTableName)).toEqual([true, true, false, false]);
  });
});
