/** Parsers of option values: the message names the flag, what it must be and what it got. */
import { didYouMean } from '@adt/proto/nearest';
import { UsageError } from './failure.js';

/** A parser for commander's `.option()`. @throws UsageError for anything but an integer in [min, max] */
export function integerOption(
  flag: string,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = numberOption(flag)(text);
    if (!Number.isInteger(value)) throw new UsageError(`${flag}: must be an integer (got ${text})`);
    if (value < min) throw new UsageError(`${flag}: must be >= ${min} (got ${text})`);
    if (value > max) throw new UsageError(`${flag}: must be <= ${max} (got ${text})`);
    return value;
  };
}

/** A parser for commander's `.option()`. @throws UsageError for anything but a finite number */
export function numberOption(flag: string): (text: string) => number {
  return (text) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isFinite(value))
      throw new UsageError(`${flag}: must be a number (got ${JSON.stringify(text)})`);
    return value;
  };
}

/** A parser for commander's `.option()` of `3,20`. @throws UsageError for anything but integers and commas */
export function integerListOption(flag: string): (text: string) => number[] {
  return (text) => {
    if (/^\d+(,\d+)*$/.test(text)) return text.split(',').map(Number);
    throw new UsageError(`${flag}: must be integers with commas, say 3,20 (got ${JSON.stringify(text)})`);
  };
}

/** A parser for commander's `.option()`. @throws UsageError for anything but one of `choices` */
export function choiceOption<T extends string>(flag: string, choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    const shown = JSON.stringify(text);
    throw new UsageError(`${flag}: must be ${choices.join(', ')} (got ${shown})${didYouMean(text, choices)}`);
  };
}
