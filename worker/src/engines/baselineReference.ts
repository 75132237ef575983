/** NR and NMTR by their formulas, without any cleverness: what every engine's steps are held against. */
import type { Parameters, ReplayCase } from './engine.js';
import { testRandom } from './randomBundle.js';

/** Six batches of ten samples, some known to be false, from random parameters. */
export function randomCase(loss: 'NR' | 'NMTR', hyper: ReplayCase['hyper']): ReplayCase {
  const random = testRandom(11);
  const [users, items, factors] = [9, 12, 5];
  const normal = (size: number) => Float32Array.from({ length: size }, () => random() - 0.5);
  const batches = Array.from({ length: 6 }, () => {
    const pick = (below: number) => Uint32Array.from({ length: 10 }, () => Math.floor(random() * below));
    const falsePositive = Uint8Array.from({ length: 10 }, () => (random() < 0.3 ? 1 : 0));
    const labels = falsePositive.map((isFalse) =>
      isFalse ? (loss === 'NR' ? 0 : 1) : random() < 0.5 ? 1 : 0,
    );
    return { users: pick(users), items: pick(items), labels, falsePositive };
  });
  const gmf = { userGmf: normal(users * factors), itemGmf: normal(items * factors) };
  const out = { outW: normal(factors), outB: normal(1) };
  const second: Parameters = loss === 'NMTR' ? { outW2: normal(factors), outB2: normal(1) } : {};
  const adam = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8 };
  return {
    model: 'GMF',
    loss,
    hyper,
    users,
    items,
    factors,
    adam,
    initial: { ...gmf, ...out, ...second },
    batches,
  };
}

type Reference = Record<string, number[]>;

/** Float64, dense Adam, one sample after the other. */
export function referenceReplay({ loss, hyper, factors, adam, initial, batches }: ReplayCase) {
  const p: Reference = Object.fromEntries(
    Object.entries(initial).map(([name, values]) => [name, [...values]]),
  );
  const zeros = () =>
    Object.fromEntries(Object.entries(p).map(([name, values]) => [name, values.map(() => 0)]));
  const [m, v] = [zeros(), zeros()] as [Reference, Reference];
  const outcome = { loss: [] as number[], sampleLoss: [] as number[][], final: p };
  const add = (to: number[] | undefined, at: number, value: number) => {
    if (to) to[at] = (to[at] as number) + value;
  };
  for (const [index, batch] of batches.entries()) {
    const g: Reference = zeros();
    const losses = [...batch.users].map((user, n) => {
      const item = batch.items[n] as number;
      const row = (name: string, id: number) => p[name]?.slice(id * factors, (id + 1) * factors) as number[];
      const [pu, qi] = [row('userGmf', user), row('itemGmf', item)];
      const dot = (weights: string) =>
        pu.reduce((sum, x, f) => sum + x * (qi[f] as number) * (p[weights]?.[f] as number), 0);
      const click = dot('outW') + (p.outB?.[0] as number);
      const isFalse = batch.falsePositive?.[n] === 1;
      const label = batch.labels[n] as number;
      // Per output layer: the derivative by its own part of the logit.
      let slopes: number[];
      let value: number;
      if (loss === 'NR') {
        const weight = isFalse
          ? (hyper.nrFpWeight as number)
          : label
            ? 1
            : (hyper.nrNegativeWeight as number);
        value = weight * crossEntropy(click, label);
        slopes = [weight * (sigmoid(click) - label)];
      } else {
        const satisfaction = click + dot('outW2') + (p.outB2?.[0] as number);
        const share = hyper.nmtrClickWeight as number;
        const satisfied = isFalse ? 0 : label;
        value = share * crossEntropy(click, label) + (1 - share) * crossEntropy(satisfaction, satisfied);
        const second = (1 - share) * (sigmoid(satisfaction) - satisfied);
        slopes = [share * (sigmoid(click) - label) + second, second];
      }
      for (const [task, slope] of slopes.entries()) {
        const [w, b] = task === 0 ? ['outW', 'outB'] : ['outW2', 'outB2'];
        const d = slope / batch.users.length;
        add(g[b as string], 0, d);
        for (let f = 0; f < factors; f += 1) {
          const [x, y, weight] = [pu[f] as number, qi[f] as number, p[w as string]?.[f] as number];
          add(g[w as string], f, d * x * y);
          add(g.userGmf, user * factors + f, d * weight * y);
          add(g.itemGmf, item * factors + f, d * weight * x);
        }
      }
      return value;
    });
    outcome.sampleLoss.push(losses);
    outcome.loss.push(losses.reduce((a, b) => a + b, 0) / losses.length);
    dense(p, g, m, v, { ...adam, t: index + 1 });
  }
  return outcome;
}

function dense(
  p: Reference,
  g: Reference,
  m: Reference,
  v: Reference,
  { lr, beta1, beta2, eps, t }: ReplayCase['adam'] & { t: number },
): void {
  for (const [name, values] of Object.entries(p)) {
    const [ms, vs, gs] = [m[name], v[name], g[name]] as [number[], number[], number[]];
    for (let n = 0; n < values.length; n += 1) {
      const slope = gs[n] as number;
      ms[n] = beta1 * (ms[n] as number) + (1 - beta1) * slope;
      vs[n] = beta2 * (vs[n] as number) + (1 - beta2) * slope * slope;
      const [mean, square] = [(ms[n] as number) / (1 - beta1 ** t), (vs[n] as number) / (1 - beta2 ** t)];
      values[n] = (values[n] as number) - (lr * mean) / (Math.sqrt(square) + eps);
    }
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function crossEntropy(logit: number, label: number): number {
  return -Math.log(label ? sigmoid(logit) : 1 - sigmoid(logit));
}
