/** Deeper than any object people write: cut, so that a cyclic alias ends too. */
const MAX_DEPTH = 64;

/**
 * The value without keys whose value is null: Kubernetes takes null for absent. Items of lists stay. What holds no such key is returned as it is, and
 * nothing is changed in place.
 */
export function withoutNulls(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (const [at, item] of value.entries()) {
      const clean = withoutNulls(item, depth + 1);
      if (clean !== item) {
        copy ??= [...value];
        copy[at] = clean;
      }
    }
    return copy ?? value;
  }
  if (value === null || typeof value !== 'object') return value ?? undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return withoutNullKeys(value as Readonly<Record<string, unknown>>, depth);
}

function withoutNullKeys(value: Readonly<Record<string, unknown>>, depth: number): unknown {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const item = value[key];
    const clean = withoutNulls(item, depth + 1);
    if (clean === item && item !== undefined) continue;
    copy ??= { ...value };
    if (item === null || item === undefined) delete copy[key];
    else copy[key] = clean;
  }
  return copy ?? value;
}
