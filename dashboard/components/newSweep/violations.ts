/** Which refusal belongs to which field. Pure. */
import type { FieldViolation } from '@adt/proto/gen/adt/v1/common';

/** Messages at a path or below it: `parameters.lr` has what is said of `parameters.lr.min` and `parameters.lr[2]`. */
export function errorsAt(violations: readonly FieldViolation[], paths: readonly string[]): string[] {
  return violations.flatMap(({ path, message }) => {
    const owner = paths.find((owned) => covers(owned, path));
    return owner === undefined ? [] : [`${rest(owner, path)}${message}`];
  });
}

/** What no field has claimed. */
export function unclaimed(
  violations: readonly FieldViolation[],
  claimed: readonly string[],
): readonly FieldViolation[] {
  return violations.filter(({ path }) => !claimed.some((owned) => covers(owned, path)));
}

function covers(owned: string, path: string): boolean {
  return path === owned || path.startsWith(`${owned}.`) || path.startsWith(`${owned}[`);
}

/** The part of the path that the field's own name does not say. */
function rest(owner: string, path: string): string {
  const tail = path
    .slice(owner.length)
    .replace(/^\.?(values?)?/, '')
    .replace(/^\./, '');
  return tail === '' ? '' : `${tail.replace(/^\[(\d+)\]/, (_, at) => `value ${Number(at) + 1}`)} `;
}
