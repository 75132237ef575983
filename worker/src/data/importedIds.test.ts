/** Which number an import gives to a user or an item. */
import { describe, expect, it } from 'vitest';
import { decodeIds } from './decodeBundle.js';
import { importFiles, numberedRowsOf, withTrain } from './formats/importFixture.js';

describe('ids', () => {
  it('numbers text ids in order of first appearance over all parts and keeps them', async () => {
    const { bundle, file, report } = await importFiles({
      'train.csv': 'user,item\nzoë,B00\nadam,A11\n',
      'valid.csv': 'user,item\nadam,B00\n',
      'test.csv': 'user,item\n"eve, ""x""",C22\n',
    });
    expect(decodeIds(file)).toEqual({ users: ['zoë', 'adam', 'eve, "x"'], items: ['B00', 'A11', 'C22'] });
    expect(numberedRowsOf(bundle, 'test')).toEqual([[2, 2, null]]);
    expect(report.numbered).toEqual({ users: true, items: true });
  });

  it('numbers integers too when a column mixes them with text', async () => {
    const { bundle, file } = await importFiles({
      'train.csv': 'user,item\n7,1\n5,2\n7,3\n',
      'valid.csv': 'user,item\nanna,1\n',
      'test.csv': 'user,item\n5,9\n',
    });
    expect(decodeIds(file)).toEqual({ users: ['7', '5', 'anna'], items: null });
    expect(numberedRowsOf(bundle, 'test')).toEqual([[1, 9, null]]);
    expect(numberedRowsOf(bundle, 'train')).toEqual([
      [0, 1, null],
      [0, 3, null],
      [1, 2, null],
    ]);
  });

  it('takes 007 for a name, and numbers all ids when asked to', async () => {
    const leading = await importFiles(withTrain('user\titem\n007\t1\n7\t1\n'));
    expect(decodeIds(leading.file).users).toEqual(['007', '7', '0']);
    const mapped = await importFiles(withTrain('user\titem\n4000000000\t1\n'), { mapIds: true });
    expect(decodeIds(mapped.file)).toEqual({ users: ['4000000000', '0'], items: ['1', '2'] });
  });
});
