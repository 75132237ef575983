// Calm output: one line a stage with a tick and its time; on a terminal, what runs now stands below.

const LABEL_WIDTH = 14;
const DETAIL_WIDTH = 62;

/**
 * @param {NodeJS.WriteStream} stream
 * @returns {import('./launchOptions.js').Stages}
 */
export function createStages(stream = process.stdout) {
  const isTerminal = stream.isTTY === true;
  const colourful = isTerminal && !process.env.NO_COLOR;
  const paint = (code, text) => (colourful ? `\x1b[${code}m${text}\x1b[0m` : text);
  const running = new Set();
  let status = null;

  const below = () => {
    if (!isTerminal) return;
    const line = status ?? (running.size > 0 ? `  ${paint(36, '·')} ${[...running].join(', ')} …` : '');
    stream.write(`\r\x1b[2K${line.slice(0, (stream.columns || 80) + 8)}`);
  };
  const print = (line) => {
    stream.write(isTerminal ? `\r\x1b[2K${line}\n` : `${line}\n`);
    below();
  };
  const finish = (mark, label, detail, startedMs) => {
    running.delete(label);
    const seconds = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
    print(
      `  ${mark} ${label.padEnd(LABEL_WIDTH)} ${detail.padEnd(DETAIL_WIDTH)} ${paint(2, seconds.padStart(7))}`,
    );
  };

  return {
    async run(label, work) {
      const startedMs = performance.now();
      let detail = '';
      running.add(label);
      below();
      try {
        const result = await work((text) => {
          detail = text;
        });
        finish(paint(32, '✓'), label, detail, startedMs);
        return result;
      } catch (error) {
        finish(paint(31, '✗'), label, detail, startedMs);
        throw error;
      }
    },
    isTerminal,
    print,
    status(line) {
      status = line;
      below();
    },
  };
}
