/** What the plain-JavaScript front of the launcher hands to its compiled part. */

export type LaunchOptions = {
  /** Run one sweep without a browser, print its ranking, end. */
  once: boolean;
  /** Data set of the quick-start sweep; null: the built-in one. */
  dataset: string | null;
  /** Absolute path of a sweep file; null: the quick-start. */
  sweep: string | null;
  /** Port of the dashboard; null: 3000, or a free one. */
  port: number | null;
  /** Absolute path. */
  dataDir: string;
  verbose: boolean;
};

/** Calm output: see stages.mjs. */
export type Stages = {
  /** Runs one stage; `say` sets what its line tells beside the label; a failure is marked and passed on. */
  run<T>(label: string, work: (say: (detail: string) => void) => Promise<T>): Promise<T>;
  /** A line of its own, above what runs now. */
  print(line: string): void;
  /** The line below, on a terminal; null takes it away. */
  status(line: string | null): void;
  isTerminal: boolean;
};
