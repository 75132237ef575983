/** Contrast of the tokens, by WCAG 2.2: text 4.5, marks and controls 3. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./theme.css', import.meta.url), 'utf8');

function token(name: string, theme: 'light' | 'dark'): string {
  const pair = css.match(new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`));
  const colour = pair?.[theme === 'light' ? 1 : 2];
  if (colour === undefined) throw new Error(`no token --${name}`);
  return colour;
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const TEXT: [string, string][] = [
  ...['fg', 'muted'].flatMap((text) =>
    ['bg', 'surface', 'sunken', 'raised'].map((ground): [string, string] => [text, ground]),
  ),
  ...['good', 'warn', 'bad', 'accent'].flatMap((text) =>
    ['bg', 'surface', 'sunken'].map((ground): [string, string] => [text, ground]),
  ),
  ['on-ink', 'ink'],
  ['on-ink', 'bad'],
  ['accent', 'accent-soft'],
  ['warn', 'warn-soft'],
  ['bad', 'bad-soft'],
];

const MARKS: [string, string][] = [
  ...['ce', 'tce', 'rce', 'clean', 'nr', 'nmtr'].map((loss): [string, string] => [`loss-${loss}`, 'surface']),
  ...['running', 'succeeded', 'pruned', 'failed', 'cancelled'].map((mark): [string, string] => [
    mark,
    'surface',
  ]),
  ['line-strong', 'surface'],
  ['accent', 'surface'],
];

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  test.each(TEXT)('text in %s is readable on %s', (text, ground) => {
    expect(contrast(token(text, theme), token(ground, theme))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(MARKS)('a mark in %s is visible on %s', (mark, ground) => {
    expect(contrast(token(mark, theme), token(ground, theme))).toBeGreaterThanOrEqual(3);
  });
});
