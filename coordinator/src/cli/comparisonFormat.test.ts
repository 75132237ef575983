import { describe, expect, it } from 'vitest';
import { compareArms } from '../search/verdict/compareArms.js';
import { armOf, EXAMPLE } from '../search/verdict/exampleArms.js';
import { sentencesOf } from '../search/verdict/sentence.js';
import { type ComparisonFormat, formatComparison } from './comparisonFormat.js';
import { escapeLatex } from './comparisonLatex.js';
import type { Grouping } from './comparisonSections.js';

const comparison = compareArms(EXAMPLE);
const rendered = (format: ComparisonFormat, by: Grouping[] = ['dataset', 'model'], given = comparison) =>
  formatComparison(given, { format, by });
const lines = (...text: string[]) => text.join('\n');

/** Digits beyond the sixth are rounding's, not the format's. */
const rounded = (text: string) =>
  text.replace(/-?\d+\.\d{6,}(e-\d+)?/g, (number) => String(Number(Number(number).toPrecision(5))));

describe('a comparison as a table', () => {
  const [first, second, third, fourth] = sentencesOf(comparison);

  it('shows arms, pairs and sentences, a section a cell', () => {
    expect(rendered('table')).toBe(
      lines(
        'adressa, GMF',
        'loss  configuration                       tried  trials     hours  test/recall@3         test/ndcg@3',
        'CE    lr 0.001                                1       1  0.25 CPU  0.0880 ± 0.0004 (10)  0.0780 ± 0.0004 (10)',
        'T-CE  eps_max 0.1, eps_n 10000, lr 0.001     30      30  0.50 CPU  0.0909 ± 0.0006 (10)  0.0809 ± 0.0006 (10)',
        'R-CE  beta 0.2, lr 0.001                     30      30  0.50 CPU  0.0881 ± 0.0005 (10)  0.0781 ± 0.0005 (10)',
        '',
        'compared      seeds        Δ    Δ %, 95 % CI    p (t)  p (signs)  p (Holm)    d_z      RI  trials         verdict',
        'T-CE vs R-CE     10  +0.0028  +3.1 % ± 0.7 %  <0.0001     0.0020    0.0078  +3.27  +3.3 %  30 : 30        better',
        'T-CE vs CE       10  +0.0028  +3.2 % ± 0.3 %  <0.0001     0.0020    0.0078  +7.16  +3.4 %  30 : 1 uneven  better',
        'R-CE vs CE       10  +0.0001  +0.1 % ± 0.5 %   0.6298     0.6582         1  +0.16  +0.1 %  30 : 1 uneven  inconclusive (+530)',
        '',
        first as string,
        second as string,
        third as string,
        '',
        '=50%_off, R&D, NeuMF',
        'loss  configuration                      tried  trials     hours  test/recall@3        test/ndcg@3',
        'CE    lr 0.001                              30      30  0.50 CPU  0.0503 ± 0.0005 (6)  0.0403 ± 0.0005 (6)',
        'T-CE  eps_max 0.2, eps_n 1000, lr 0.001     24      24  1.50 GPU  0.0512 ± 0.0005 (5)  0.0412 ± 0.0005 (5)',
        '',
        'compared    seeds        Δ    Δ %, 95 % CI    p (t)  p (signs)  p (Holm)     d_z      RI  trials   verdict',
        'T-CE vs CE      5  +0.0010  +2.0 % ± 0.2 %  <0.0001     0.0625         –  +10.00  +2.2 %  24 : 30  too few seeds (+3)',
        '',
        fourth as string,
      ),
    );
  });

  it('has a column for what the sections do not tell apart', () => {
    const text = rendered('table', ['model']).split('\n');
    expect(text[0]).toBe('GMF');
    expect(text[1]).toMatch(/^dataset {2}loss {2}configuration/);
    expect(text[2]).toMatch(/^adressa {2}CE {4}lr 0\.001/);
    expect(text).toContainEqual(expect.stringMatching(/^=50%_off, R&D {2}T-CE vs CE {6}5 /));
  });

  it('leaves user groups to the other formats', () => {
    const [run] = armOf({ recall: [500] }).runs;
    if (run === undefined) throw new Error('no run');
    const runs = [{ ...run, metrics: { ...run.metrics, 'test/recall@3/g1': 0.2 } }];
    const grouped = compareArms([armOf({ recall: [500], runs })]);
    expect(rendered('table', ['model'], grouped)).not.toContain('/g1');
    expect(rendered('json', ['model'], grouped)).toContain('test/recall@3/g1');
  });

  it('says so where there is nothing to compare', () => {
    expect(rendered('table', ['dataset'], compareArms([]))).toBe('no arm has been confirmed yet');
    expect(rendered('table', ['model'], compareArms([armOf({ recall: [500] })]))).toBe(
      lines(
        'GMF',
        'dataset  loss  configuration  tried  trials     hours  test/recall@3  test/ndcg@3',
        'adressa  CE    lr 0.001          30      30  0.50 CPU  0.0500         0.0400',
        '',
        'nothing to compare: one loss only',
      ),
    );
  });
});

describe('a comparison as CSV', () => {
  it('has a line a pair, and makes a formula of nothing', () => {
    const [header, ...rows] = rendered('csv').split('\n');
    expect(header).toBe(
      'dataset,model,metric,loss,reference,verdict,more_seeds,pairs,seeds,unpaired,delta,delta_sd,delta_low,delta_high,' +
        'relative,relative_low,relative_high,t,df,p_t,p_sign_flip,sign_flip_method,sign_flip_count,p_holm,family,d_z,g_z,ri,' +
        'configurations,trials,gpu_hours,cpu_hours,reference_configurations,reference_trials,reference_gpu_hours,' +
        'reference_cpu_hours,tuned_unevenly,' +
        'test/recall@3 mean,test/recall@3 sd,test/recall@3 reference_mean,test/recall@3 reference_sd,' +
        'test/ndcg@3 mean,test/ndcg@3 sd,test/ndcg@3 reference_mean,test/ndcg@3 reference_sd',
    );
    const seeds = '2019 2020 2021 2022 2023 2024 2025 2026 2027 2028';
    expect(rows.map(rounded)).toEqual([
      `adressa,GMF,test/recall@3,T-CE,R-CE,better,0,10,${seeds},,0.00276,0.00084354,0.0021566,0.0033634,0.031332,0.024481,0.038182,10.347,9,0.0000026924,0.0019531,exact,1024,0.0078125,4,3.2719,2.9901,0.033338,30,30,0,0.5,30,30,0,0.5,false,0.09085,0.00061509,0.08809,0.00045814,0.08085,0.00061509,0.07809,0.00045814`,
      `adressa,GMF,test/recall@3,T-CE,CE,better,0,10,${seeds},,0.00285,0.00039791,0.0025654,0.0031346,0.032386,0.029152,0.035621,22.65,9,3.023e-9,0.0019531,exact,1024,0.0078125,4,7.1624,6.5455,0.034462,30,30,0,0.5,1,1,0,0.25,true,0.09085,0.00061509,0.088,0.00038006,0.08085,0.00061509,0.078,0.00038006`,
      `adressa,GMF,test/recall@3,R-CE,CE,inconclusive,530,10,${seeds},,0.00009,0.00057048,-0.00031809,0.00049809,0.0010227,-0.0036147,0.0056602,0.49889,9,0.62982,0.6582,exact,1024,1,4,0.15776,0.14418,0.0010883,30,30,0,0.5,1,1,0,0.25,true,0.08809,0.00045814,0.088,0.00038006,0.07809,0.00045814,0.078,0.00038006`,
      `"'=50%_off, R&D",NeuMF,test/recall@3,T-CE,CE,too few seeds,3,5,2019 2020 2021 2022 2023,T-CE 2024 failed: NON_FINITE,0.001,0.0001,0.00087583,0.0011242,0.019904,0.017433,0.022376,22.361,4,0.000023683,0.0625,exact,32,,4,10,7.9788,0.022378,24,24,1.5,0,30,30,0,0.5,false,0.05124,0.00051284,0.05024,0.00055946,0.04124,0.00051284,0.04024,0.00055946`,
    ]);
  });

  it('leaves empty what a pair without a common seed does not have', () => {
    const none = compareArms([
      armOf({ recall: [1], seeds: [1] }),
      armOf({ loss: 'T-CE', recall: [1], seeds: [2] }),
    ]);
    expect(rendered('csv', ['dataset'], none).split('\n')[1]).toBe(
      'adressa,GMF,test/recall@3,T-CE,CE,too few seeds,6,0,,T-CE 1 was not run; CE 2 was not run,,,,,,,,,,,,,,,1,,,,30,30,0,0.5,30,30,0,0.5,false',
    );
  });
});

describe('a comparison as LaTeX', () => {
  it('has booktabs tables, names escaped, the best in bold, what holds after Holm marked', () => {
    expect(rendered('latex')).toBe(
      lines(
        '% mean ± sd over confirmation seeds, best in bold; after Holm: * better than CE, \\dagger{} better than the other',
        '% denoising loss, \\ddagger{} worse than CE',
        '\\begin{tabular}{lllccc}',
        '\\toprule',
        'Data set & Model & Metric & CE & T-CE & R-CE \\\\',
        '\\midrule',
        'adressa & GMF & test/recall@3 & $0.0880 \\pm 0.0004$ & $\\mathbf{0.0909 \\pm 0.0006}^{\\dagger*}$ & $0.0881 \\pm 0.0005$ \\\\',
        '\\midrule',
        '=50\\%\\_off, R\\&D & NeuMF & test/recall@3 & $0.0503 \\pm 0.0005$ & $\\mathbf{0.0512 \\pm 0.0005}$ & -- \\\\',
        '\\bottomrule',
        '\\end{tabular}',
        '',
        '% Δ with 95 % CI; p of the paired t-test, of the sign-flip test, and the latter by Holm over 4 comparisons',
        '\\begin{tabular}{lllrrrrrll}',
        '\\toprule',
        'Data set & Model & Compared & Seeds & $\\Delta$ (\\%) & $p_t$ & $p_\\pm$ & $p_\\mathrm{Holm}$ & Trials & Verdict \\\\',
        '\\midrule',
        'adressa & GMF & T-CE vs R-CE & 10 & $+3.13 \\pm 0.69$ & \\textless{}0.0001 & 0.0020 & \\textbf{0.0078} & 30 : 30 & better \\\\',
        'adressa & GMF & T-CE vs CE & 10 & $+3.24 \\pm 0.32$ & \\textless{}0.0001 & 0.0020 & \\textbf{0.0078} & 30 : 1 & better \\\\',
        'adressa & GMF & R-CE vs CE & 10 & $+0.10 \\pm 0.46$ & 0.6298 & 0.6582 & 1 & 30 : 1 & inconclusive \\\\',
        '\\midrule',
        '=50\\%\\_off, R\\&D & NeuMF & T-CE vs CE & 5 & $+1.99 \\pm 0.25$ & \\textless{}0.0001 & 0.0625 & -- & 24 : 30 & too few seeds \\\\',
        '\\bottomrule',
        '\\end{tabular}',
      ),
    );
  });

  it('marks the other denoising loss where it won, and losses that CE beats', () => {
    const recall = [500, 510, 505, 495, 502, 507, 503, 499];
    const below = (by: number) => recall.map((value, at) => value - by - (at % 3));
    const arms = [
      armOf({ recall }),
      armOf({ loss: 'T-CE', recall: below(9) }),
      armOf({ loss: 'R-CE', recall: below(4) }),
    ];
    expect(rendered('latex', ['dataset'], compareArms(arms))).toContain(
      '$\\mathbf{0.0503 \\pm 0.0005}$ & $0.0493 \\pm 0.0004^{\\ddagger}$ & $0.0498 \\pm 0.0004^{\\dagger\\ddagger}$ \\\\',
    );
  });

  it('calls nothing the best that stands alone', () => {
    const alone = rendered('latex', ['dataset'], compareArms([armOf({ recall: [500, 510] })]));
    expect(alone).toContain('adressa & GMF & test/recall@3 & $0.0505 \\pm 0.0007$ \\\\');
  });

  it('leaves no character of a name a command', () => {
    expect(escapeLatex('a_b {c} $d$ #1 \\input ~^ <e> "f"\n%g')).toBe(
      "a\\_b \\{c\\} \\$d\\$ \\#1 \\textbackslash{}input \\textasciitilde{}\\textasciicircum{} \\textless{}e\\textgreater{} ''f'' \\%g",
    );
    expect(escapeLatex('[2pt] *')).toBe('{[}2pt] {*}');
  });
});

describe('a comparison as JSON', () => {
  const document = JSON.parse(rendered('json'));

  it('is the comparison itself, a sentence beside each verdict', () => {
    const told = sentencesOf(comparison);
    expect(document).toEqual({
      version: 1,
      alpha: 0.05,
      family: 4,
      decidedBy: 'sign-flip',
      correction: 'holm',
      cells: comparison.cells.map((cell) => ({
        ...cell,
        pairs: cell.pairs.map((pair) => ({ ...pair, sentence: told.shift() })),
      })),
    });
  });

  it('has the keys that the README promises', () => {
    const [cell] = document.cells;
    expect(Object.keys(cell)).toEqual(['dataset', 'model', 'metric', 'arms', 'pairs']);
    expect(Object.keys(cell.arms[0])).toEqual([
      'loss',
      'configuration',
      'tuning',
      'missing',
      'seeds',
      'metrics',
      'values',
    ]);
    expect(Object.keys(cell.pairs[0])).toEqual([
      'loss',
      'reference',
      'verdict',
      'seeds',
      'unpaired',
      'difference',
      'tTest',
      'signFlip',
      'adjustedP',
      'moreSeeds',
      'effect',
      'tuning',
      'referenceTuning',
      'tunedUnevenly',
      'relativeImprovement',
      'metrics',
      'sentence',
    ]);
  });

  it('follows the grouping in its order', () => {
    const swapped = compareArms([
      armOf({ dataset: 'b', recall: [1] }),
      armOf({ dataset: 'a', model: 'CDAE', recall: [1] }),
      armOf({ dataset: 'b', model: 'CDAE', recall: [1] }),
    ]);
    const order = JSON.parse(rendered('json', ['dataset'], swapped)).cells.map(
      (cell: { dataset: string }) => cell.dataset,
    );
    expect(order).toEqual(['b', 'b', 'a']);
  });
});

describe('a comparison as the paper’s Table 3', () => {
  it('has a row a model and loss, ranking measures across, the best in bold and RI over CE last', () => {
    expect(rendered('latex-table3').split('\n')).toEqual([
      '% means over confirmation seeds, best of a model in bold; RI: mean relative improvement over CE',
      '\\begin{tabular}{lccccr}',
      '\\toprule',
      ' & \\multicolumn{2}{c}{adressa} & \\multicolumn{2}{c}{=50\\%\\_off, R\\&D} &  \\\\',
      'Model & R@3 & N@3 & R@3 & N@3 & RI \\\\',
      '\\midrule',
      'GMF & 0.0880 & 0.0780 & -- & -- & - \\\\',
      '+T-CE & \\textbf{0.0909} & \\textbf{0.0809} & -- & -- & $3.45\\%$ \\\\',
      '+R-CE & 0.0881 & 0.0781 & -- & -- & $0.11\\%$ \\\\',
      '\\midrule',
      'NeuMF & -- & -- & 0.0503 & 0.0403 & - \\\\',
      '+T-CE & -- & -- & \\textbf{0.0512} & \\textbf{0.0412} & $2.24\\%$ \\\\',
      '\\bottomrule',
      '\\end{tabular}',
    ]);
  });
});
