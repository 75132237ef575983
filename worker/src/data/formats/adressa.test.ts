import { describe, expect, it } from 'vitest';
import { allRows, importFiles, rowsOf } from './importFixture.js';

type Event = { userId?: string; id?: string; url?: string; activeTime?: number; time?: number };

/** An event with all that real ones have around the four fields, among it an object with keys of the same names. */
const event = (fields: Event) =>
  JSON.stringify({
    profile: [{ item: 'sport', groups: [{ group: 'x', count: 1, id: 'not this', userId: ['nor this'] }] }],
    eventId: 1_234,
    city: 'Trondheim "by"',
    time: 1_483_225_200,
    ...fields,
  });
const reads = Array.from({ length: 8 }, (_, at) => event({ userId: 'cx:1', id: `a${at}`, activeTime: 30 }));

describe("Adressa's events", () => {
  it('are true positives from 10 seconds of active time on', async () => {
    const lines = [...reads, event({ userId: 'cx:1', id: 'glance', activeTime: 9 })];
    const imported = await importFiles({ 'day.json': lines.join('\n') }, {}, 'day.json');
    expect(imported.report.format).toBe('adressa');
    expect(imported.bundle.header.fpRule).toBe('dwell<10');
    const glances = allRows(imported).filter((row) => row.endsWith(' 0'));
    expect(glances.length + imported.report.droppedFalsePositives).toBe(1);
    expect(allRows(imported)).toContain('cx:1 a0 1');
  });

  it('count by the longest active time where a pair has several, whatever their order', async () => {
    const twice = [3, 40].map((activeTime) => event({ userId: 'cx:1', id: 'a0', activeTime }));
    for (const order of [twice, [...twice].reverse()]) {
      const imported = await importFiles({ e: [...order, ...reads.slice(1)].join('\n') }, {}, 'e');
      expect(allRows(imported)).toContain('cx:1 a0 1');
      expect(imported.report.files[0]).toMatchObject({ rows: 9, duplicates: 1 });
    }
  });

  it('are left out and counted where they are no article, or nothing tells how long it was read', async () => {
    const lines = [
      event({ userId: 'cx:1', url: 'http://adressa.no', activeTime: 60 }),
      event({ userId: 'cx:1', id: 'never timed' }),
      ...reads,
    ];
    const imported = await importFiles({ e: lines.join('\n') }, {}, 'e');
    expect(imported.report.files).toMatchObject([{ rows: 8, skipped: 2 }]);
  });

  it('are told by their url where that is asked for', async () => {
    const lines = reads.map((_, at) =>
      event({ userId: 'cx:1', url: `http://adressa.no/${at}.ece`, activeTime: 20 }),
    );
    const imported = await importFiles({ e: lines.join('\n') }, { format: 'adressa-url' }, 'e');
    expect(allRows(imported)).toContain('cx:1 http://adressa.no/3.ece 1');
    await expect(importFiles({ e: lines.join('\n') }, {}, 'e')).rejects.toThrow(
      /no interaction in it \(8 records that are none were left out\)/,
    );
  });

  it('come as a file a day, which are read together in the order of their names', async () => {
    const day = (number: number) =>
      reads.map((_, at) =>
        event({ userId: `cx:${at % 2}`, id: `a${number}${at}`, activeTime: 20, time: number * 100 + at }),
      );
    const files = {
      '20170103': day(3).join('\n'),
      '20170101': day(1).join('\n'),
      '20170102': day(2).join('\n'),
    };
    const imported = await importFiles(files, { split: { kind: 'temporal' }, kCore: 1 });
    expect(imported.report.files).toMatchObject([
      { file: expect.stringMatching(/^3 files, .*20170101 to .*20170103$/), rows: 24 },
    ]);
    expect(rowsOf(imported, 'test').every((row) => row.includes(' a3'))).toBe(true);
  });

  it('are refused with the line when they have no user', async () => {
    const lines = [...reads, event({ id: 'a', activeTime: 3 })];
    await expect(importFiles({ e: lines.join('\n') }, {}, 'e')).rejects.toThrow(/e: line 9: no userId/);
  });
});
