import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countConfigurations } from '@adt/coordinator/search/grid';
import { describe, expect, it } from 'vitest';
import { FIELD_COUNTS } from './field.js';
import {
  configurationsOf,
  isTableName,
  latticeParameters,
  PLANS,
  RECORDED_LOSSES,
  type TableName,
} from './lattice.js';
import { openRecordedTable } from './recordedTable.js';

const RESULTS = fileURLToPath(new URL('../results', import.meta.url));
const open = (table: TableName) => openRecordedTable({ table, folder: RESULTS });

describe('the recorded trials', () => {
  it.each(Object.keys(PLANS) as TableName[])(
    '%s: are every configuration, or the first of those drawn, each with a value at every step',
    (name) => {
      const table = open(name);
      const { epochs, evalEvery, validUsers } = PLANS[name];
      expect(table?.settings).toMatchObject({ epochs, evalEvery, validUsers });
      for (const loss of RECORDED_LOSSES) {
        const recorded = table?.trials(loss).map(({ assignment }) => assignment) ?? [];
        const wanted = configurationsOf(loss, name);
        // Of random draws the first ones are a random search, too.
        const count = PLANS[name].lattice === null ? recorded.length : wanted.length;
        expect(count).toBeGreaterThan(0);
        expect(recorded).toEqual(wanted.slice(0, count));
        expect(table?.parameters(loss)).toEqual(latticeParameters(loss, name));
        for (const assignment of recorded) {
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

describe('the draws of the field', () => {
  it('are as many as wanted, none twice, and leave every T-CE its first rung at a fifth of the training', () => {
    for (const loss of RECORDED_LOSSES) {
      const drawn = configurationsOf(loss, 'field').map((assignment) => JSON.stringify(assignment));
      expect(new Set(drawn).size).toBe(FIELD_COUNTS[loss]);
    }
    const epsN = configurationsOf('T-CE', 'field').map((assignment) => assignment.eps_n ?? 0);
    const { epochs } = PLANS.field;
    expect(Math.max(...epsN)).toBeLessThanOrEqual((epochs * 840) / 5);
  });
});
