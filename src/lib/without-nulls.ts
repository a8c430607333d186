/** Deeper than any object people write: cut, so that a cyclic alias ends too. */
const MAX_DEPTH = 64;

/** A copy without keys whose value is null: Kubernetes takes null for absent. Items of lists stay. */
export function withoutNulls(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, depth + 1));
  if (value === null || typeof value !== 'object') return value ?? undefined;
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item, depth + 1)]));
}
