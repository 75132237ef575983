/** What a fault is, and what comes of running it once with one seed. */
import type { Databases } from './databases.js';
import type { Random } from './random.js';
import type { World, WorldOptions } from './world.js';

export type FaultContext = {
  random: Random;
  /** Starts a world that is checked when the fault returns, and ended. */
  world(options?: WorldOptions): Promise<World>;
  /** What it measured; printed in its line. */
  figure(name: string, value: number, unit: string): void;
  /** Where its databases come from. */
  databases: Databases;
};

export type Fault = {
  /** camelCase, unique. */
  name: string;
  /** One sentence without a full stop: what is done to what. */
  about: string;
  /** Runs at the product's own timings and so for longer. */
  slow?: boolean;
  /** Why this machine can't inject it; null: it can. */
  skip?(): string | null | Promise<string | null>;
  /** Injects, and waits for the end. @throws whatever is out of order */
  run(context: FaultContext): Promise<void>;
};

export type Figure = { name: string; value: number; unit: string };

export type Verdict =
  /** `folders`: of the logs, where they were kept. */
  | { kind: 'held'; seconds: number; figures: Figure[]; folders: string[] }
  | { kind: 'broken'; seconds: number; figures: Figure[]; findings: string[]; folders: string[] }
  | { kind: 'skipped'; why: string };
