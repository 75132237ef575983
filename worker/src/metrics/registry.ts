/** Numbers for Prometheus: counters, gauges and histograms, in its text format 0.0.4. */

export type Labels = Readonly<Record<string, string>>;

export type Sample = { labels?: Labels; value: number };

type Series = {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  lines(): string[];
};

export type Counter = { add(labels?: Labels, by?: number): void };
export type Histogram = { observe(value: number, labels?: Labels): void };

/** Seconds, from what one statement takes to what nobody waits for. */
export const LATENCY_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

export class Registry {
  readonly #series = new Map<string, Series>();
  readonly #collectors: (() => Promise<void> | void)[] = [];

  /** A number that only grows while the process lives. `initial` series are there from the start, at 0. */
  counter(name: string, help: string, initial: readonly Labels[] = [{}]): Counter {
    const values = new Map<string, number>(initial.map((labels) => [labelText(labels), 0]));
    this.#register({ name, help, type: 'counter', lines: () => linesOf(name, values) });
    return {
      add(labels = {}, by = 1) {
        const key = labelText(labels);
        values.set(key, (values.get(key) ?? 0) + by);
      },
    };
  }

  /** A number that is read when it is asked for. No samples: unknown just now. */
  gauge(name: string, help: string, read: () => number | readonly Sample[]): void {
    const lines = () => {
      const now = read();
      const samples: readonly Sample[] = typeof now === 'number' ? [{ value: now }] : now;
      return linesOf(name, new Map(samples.map(({ labels = {}, value }) => [labelText(labels), value])));
    };
    this.#register({ name, help, type: 'gauge', lines });
  }

  /** @param buckets upper bounds, ascending */
  histogram(
    name: string,
    help: string,
    buckets: readonly number[] = LATENCY_BUCKETS,
    initial: readonly Labels[] = [{}],
  ): Histogram {
    const found = new Map<string, Distribution>();
    const distribution = (labels: Labels): Distribution => {
      const key = labelText(labels);
      const known = found.get(key) ?? { labels, counts: buckets.map(() => 0), sum: 0, count: 0 };
      found.set(key, known);
      return known;
    };
    for (const labels of initial) distribution(labels);
    const lines = () => [...found.values()].flatMap((one) => distributionLines(name, buckets, one));
    this.#register({ name, help, type: 'histogram', lines });
    return {
      observe(value, labels = {}) {
        const one = distribution(labels);
        one.sum += value;
        one.count += 1;
        const at = buckets.findIndex((bound) => value <= bound);
        if (at >= 0) one.counts[at] = (one.counts[at] ?? 0) + 1;
      },
    };
  }

  /** Runs before each exposition; must not throw. */
  onCollect(collect: () => Promise<void> | void): void {
    this.#collectors.push(collect);
  }

  get names(): string[] {
    return [...this.#series.keys()];
  }

  async text(): Promise<string> {
    await Promise.all(this.#collectors.map((collect) => collect()));
    const blocks = [...this.#series.values()].map(({ name, help, type, lines }) =>
      [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines()].join('\n'),
    );
    return `${blocks.join('\n')}\n`;
  }

  #register(series: Series): void {
    if (this.#series.has(series.name)) throw new Error(`${series.name} is registered already`);
    this.#series.set(series.name, series);
  }
}

/** Of one set of labels. `counts` holds each value in its bucket alone. */
type Distribution = { labels: Labels; counts: number[]; sum: number; count: number };

function distributionLines(name: string, buckets: readonly number[], one: Distribution): string[] {
  let below = 0;
  const lines = buckets.map((bound, at) => {
    below += one.counts[at] ?? 0;
    return `${name}_bucket${labelText({ ...one.labels, le: String(bound) })} ${below}`;
  });
  const labels = labelText(one.labels);
  return [
    ...lines,
    `${name}_bucket${labelText({ ...one.labels, le: '+Inf' })} ${one.count}`,
    `${name}_sum${labels} ${one.sum}`,
    `${name}_count${labels} ${one.count}`,
  ];
}

function linesOf(name: string, values: ReadonlyMap<string, number>): string[] {
  return [...values].map(([labels, value]) => `${name}${labels} ${value}`);
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
