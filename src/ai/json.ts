/** Readers for JSON of unknown shape: the wire of other people's APIs. Each returns undefined when the value is of another kind. */
export type JsonObject = Record<string, unknown>;

export function asObject(value: unknown): JsonObject | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function asArray(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The objects of an array; other elements are left out. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  const objects: JsonObject[] = [];
  for (const entry of asArray(value) ?? []) {
    const object = asObject(entry);
    if (object !== undefined) objects.push(object);
  }
  return objects;
}

/** The parsed object, or undefined when the text is not JSON or not an object. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A copy without members that are undefined. */
export function compact<T extends object>(value: T): T {
  const members = value as Record<string, unknown>;
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(members)) if (members[name] !== undefined) kept[name] = members[name];
  return kept as T;
}
