/** Reads what instruments wrote, and keeps what concerns the add-on. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** How frames of ours are known, in every instrument's report: by their file, or by the library they are in. */
const OURS = /adt_native\.node|\/native\/src\//;

/**
 * @param {string} log the reports' path, which each process has ended with its number
 * @returns {string[]} the reports that count, as they were written
 */
export function findingsIn(log) {
  const ofLog = new RegExp(`^${basename(log)}\\.\\d+$`);
  const files = readdirSync(dirname(log)).filter((name) => ofLog.test(name));
  return files.flatMap((name) => reportsOf(readFileSync(join(dirname(log), name), 'utf8'))).map(shorten);
}

/** Without the frames of Node and V8 below ours. */
function shorten(report) {
  return report
    .replace(/^Shadow bytes.*/ms, '')
    .split('\n')
    .filter((line) => !/^\s+#(1\d|\d{3}|[2-9]\d) /.test(line))
    .join('\n');
}

/** @param {string} text of one process */
export function reportsOf(text) {
  if (text.startsWith('<?xml')) return (text.match(/<error>.*?<\/error>/gs) ?? []).filter(isOurs).map(plain);
  const [whole = '', ...leaks] = text.split(/^(?=Direct leak|Indirect leak|SUMMARY)/m);
  // A leak counts where we allocated; anything else, which had ended the process, wherever it is.
  if (!/LeakSanitizer/.test(whole)) return text.trim() === '' ? [] : [text.trim()];
  return leaks.filter((leak) => leak.startsWith('Direct') && isOurs(leak)).map((leak) => leak.trim());
}

function isOurs(report) {
  return OURS.test(report);
}

/** Valgrind's XML as lines: what, then a line a frame. */
function plain(xml) {
  const field = (from, name) => new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(from)?.[1];
  const frames = (xml.match(/<frame>.*?<\/frame>/gs) ?? []).map((frame) => {
    const at = field(frame, 'file') ? `${field(frame, 'file')}:${field(frame, 'line')}` : field(frame, 'obj');
    return `    ${field(frame, 'fn') ?? '?'} (${at})`;
  });
  const what = field(xml, 'what') ?? field(xml, 'text') ?? '';
  const text = [`${field(xml, 'kind')}: ${what}`, ...frames].join('\n');
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
