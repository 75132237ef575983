/** Whether parsed JSON is a bundle's header; by hand, since a schema would be 13 MB of each training's memory. */
import { type BundleHeader, PARTS } from './bundle.js';
import { FORMAT_VERSION, MAX_IDS } from './layout.js';

const MAX_INTERACTIONS = 0xffff_ffff;

/** Keys that are too many are left to the comparison with the canonical form. */
export function isHeader(json: unknown): json is BundleHeader {
  if (!isObject(json) || json.format !== FORMAT_VERSION) return false;
  const { name, users, items, parts, fpRule, source, idBytes } = json;
  return (
    [name, fpRule, source].every((text) => typeof text === 'string') &&
    [users, items].every((ids) => isCount(ids, MAX_IDS)) &&
    isObject(parts) &&
    PARTS.every((part) => isPartStats(parts[part])) &&
    isObject(idBytes) &&
    [idBytes.users, idBytes.items].every((bytes) => bytes === null || isCount(bytes, Number.MAX_SAFE_INTEGER))
  );
}

function isPartStats(json: unknown): boolean {
  if (!isObject(json)) return false;
  const { interactions, falsePositives } = json;
  return (
    isCount(interactions, MAX_INTERACTIONS) &&
    (falsePositives === null || isCount(falsePositives, MAX_INTERACTIONS))
  );
}

function isCount(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
