import { expect, test } from 'vitest';
import { benchSeedRacing } from './seedRacing.js';

test('racing by the first seed alone leaves most to rank and costs less than racing every seed', () => {
  const rows = benchSeedRacing({ sweeps: 20 });
  const spreads = [...new Set(rows.map(({ seedSpread, trialSpread }) => `${seedSpread} ${trialSpread}`))];
  for (const spread of spreads) {
    const of = (policy: string) => {
      const row = rows.find(
        (one) => one.policy === policy && `${one.seedSpread} ${one.trialSpread}` === spread,
      );
      if (row === undefined) throw new Error(`no row ${policy}`);
      return row;
    };
    expect(of('first').cost).toBeLessThan(of('apart').cost);
    expect(of('first').regret).toBeLessThan(of('survivors').regret);
    for (const other of ['apart', 'survivors', 'mixed'])
      expect(of('first').complete).toBeGreaterThan(of(other).complete);
  }
});
