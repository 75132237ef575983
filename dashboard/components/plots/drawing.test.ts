/** The SVG that is exported around a drawing. */
import { describe, expect, test } from 'vitest';
import { svgDocument } from './drawing';

const drawing = { width: 200, height: 50, svg: '<g id="inner"/>' };
const colourOf = (variable: string) => `col(${variable})`;

describe('svgDocument', () => {
  test('holds title, unit and drawing, with every text escaped', () => {
    const { svg } = svgDocument({
      title: 'a < b & "c"',
      unit: 'share, 0 to 1',
      legend: [],
      drawing,
      colourOf,
    });
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
    expect(svg).toContain('share, 0 to 1');
    expect(svg).toContain('<g id="inner"/>');
  });

  test('grows by a line when the legend does not fit into one', () => {
    const entry = { label: 'R-CE, median of the weights', colour: '--loss-rce', dash: [6, 4] };
    const of = (legend: (typeof entry)[]) =>
      svgDocument({ title: 't', unit: 'u', legend, drawing, colourOf });
    const [one, two] = [of([entry]), of([entry, entry])];
    expect(two.height - one.height).toBe(18);
    expect(one.svg).toContain('stroke="col(--loss-rce)"');
    expect(one.svg).toContain('stroke-dasharray="6 4"');
  });
});
