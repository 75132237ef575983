/** `node test/dist/bench/importMain.js [rows] [ids|integers|json] [ARGS]`: one run of the import bench as JSON. */
import { benchImport, SHAPES, USUAL } from './import.js';

const [rows = String(USUAL.rows), shape = USUAL.shape, ...args] = process.argv.slice(2);
const known = SHAPES.find((each) => each === shape);
if (!/^[1-9]\d*$/.test(rows) || known === undefined) {
  process.stderr.write(`usage: importMain.js [rows] [${SHAPES.join('|')}] [more arguments of the import]\n`);
  process.exit(2);
}
const result = await benchImport({ ...USUAL, rows: Number(rows), shape: known, args });
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
