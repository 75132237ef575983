// The launcher's command line, read before anything is built: so it has no dependencies.
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const HELP = `Usage: npm start -- [options]

Builds what changed and runs the whole platform on this machine: Postgres, NATS, coordinator, worker, dashboard.

  --once           run one sweep without the dashboard, print the ranking, end (0: done, 1: failed)
  --sweep FILE     submit this sweep instead of the quick-start
  --dataset NAME   run the quick-start on this data set of the local store
  --port N         port of the dashboard (default 3000, or a free one)
  --data-dir DIR   folder of all state (default ./.adt)
  --verbose        print what the processes log
  --help           print this
`;

/** Bad input: one line, exit code 2. */
export class UsageError extends Error {}

const FLAGS = /** @type {const} */ ({
  once: { type: 'boolean' },
  dataset: { type: 'string' },
  sweep: { type: 'string' },
  port: { type: 'string' },
  'data-dir': { type: 'string' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
});

/**
 * @param {string[]} argv
 * @param {NodeJS.ProcessEnv} env
 * @returns {import('./launchOptions.js').LaunchOptions | 'help'}
 * @throws {UsageError}
 */
export function readOptions(argv, env) {
  refuseSwallowed(env);
  const values = parse(argv);
  if (values.help) return 'help';
  if (values.sweep !== undefined && values.dataset !== undefined) {
    throw new UsageError(
      '--dataset chooses the data of the quick-start sweep; a sweep file names its own: give one of them',
    );
  }
  if (values.once && values.port !== undefined)
    throw new UsageError('--port: --once runs no dashboard that could listen there');
  return {
    once: values.once ?? false,
    dataset: readName(values.dataset),
    sweep: readFile(values.sweep),
    port: readPort(values.port),
    dataDir: resolve(values['data-dir'] ?? env.ADT_DATA_DIR ?? '.adt'),
    verbose: values.verbose ?? false,
  };
}

/** `npm start --once`, without the `--` between, ends up in npm's own settings. */
function refuseSwallowed(env) {
  const own = ['once', 'dataset', 'sweep', 'data-dir'];
  const swallowed = own.find((name) => env[`npm_config_${name.replace('-', '_')}`] !== undefined);
  if (swallowed !== undefined)
    throw new UsageError(`npm took --${swallowed} for itself: write npm start -- --${swallowed}`);
}

function parse(argv) {
  try {
    return parseArgs({ args: argv, options: FLAGS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(explain(error, argv));
  }
}

/** Node's own messages are long and know no near word. */
function explain(error, argv) {
  switch (error.code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION': {
      const given = /Unknown option '([^']+)'/.exec(error.message)?.[1] ?? '';
      const near = nearestFlag(given.replace(/^-+/, ''));
      return `unknown option ${given}${near === null ? ' (--help lists all)' : `: did you mean --${near}?`}`;
    }
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL': {
      const extra = /'([^']*)'/.exec(error.message)?.[1] ?? argv.join(' ');
      return `unexpected argument ${JSON.stringify(extra)} (--help lists the options)`;
    }
    default:
      return error.message.split('. ')[0];
  }
}

function readName(text) {
  if (text === undefined) return null;
  if (text.trim() === '') throw new UsageError('--dataset: must name a data set (got an empty name)');
  return text;
}

function readFile(text) {
  if (text === undefined) return null;
  const path = resolve(text);
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new UsageError(`--sweep: can't read ${path}`);
  }
  return path;
}

function readPort(text) {
  if (text === undefined) return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) {
    throw new UsageError(`--port: must be a whole number from 1 to 65535 (got ${JSON.stringify(text)})`);
  }
  return port;
}

/** The flag at most two edits away, or the one that `word` begins; null when none is near. */
function nearestFlag(word) {
  const names = Object.keys(FLAGS);
  const begun = names.filter((name) => word.length > 1 && name.startsWith(word));
  if (begun.length === 1) return begun[0];
  const ranked = names
    .map((name) => ({ name, edits: editDistance(word, name) }))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0].edits <= 2 ? ranked[0].name : null;
}

/** Levenshtein distance, a row at a time. */
function editDistance(from, to) {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const here = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = above[column - 1] + (from[row - 1] === to[column - 1] ? 0 : 1);
      here.push(Math.min(replaced, above[column] + 1, here[column - 1] + 1));
    }
    above = here;
  }
  return above[to.length];
}
