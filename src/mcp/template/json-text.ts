/**
 * JSON values that keep their source text: numbers as written, members in document order. Template values are these and nothing else.
 * Reading is forgiving, as in GJSON: text that breaks off is read as far as it goes, and nothing here throws.
 */

export type JsonKind = 'missing' | 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export interface JsonValue {
  readonly kind: JsonKind;
  /** JSON text; empty when missing. */
  readonly raw: string;
  /** Character of a literal such as `','`, whose value is its code. */
  readonly character?: string;
}

export const MISSING: JsonValue = { kind: 'missing', raw: '' };
export const NULL: JsonValue = { kind: 'null', raw: 'null' };

export const booleanValue = (value: boolean): JsonValue => ({ kind: 'boolean', raw: String(value) });
export const textValue = (text: string): JsonValue => ({ kind: 'string', raw: JSON.stringify(text) });
export const numberValue = (raw: string | number | bigint): JsonValue => ({ kind: 'number', raw: String(raw) });
export const arrayValue = (items: readonly JsonValue[]): JsonValue => ({
  kind: 'array',
  raw: `[${items.map(({ raw }) => raw).join(',')}]`,
});
export const objectValue = (members: Iterable<readonly [string, JsonValue]>): JsonValue => ({
  kind: 'object',
  raw: `{${Array.from(members, ([key, { raw }]) => `${JSON.stringify(key)}:${raw}`).join(',')}}`,
});

/** The first value of the text; what follows it is not looked at. */
export function readJson(text: string): JsonValue {
  const start = skipSpace(text, 0);
  return valueIn(text.slice(start, valueEnd(text, start)));
}

/** Whether the text is one JSON value according to RFC 8259. */
export function isValidJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What printing shows: strings without quotes and escapes, missing as nothing, all else as its text. */
export function printed(value: JsonValue): string {
  return value.kind === 'string' ? decoded(value.raw) : value.raw;
}

/** False are missing, null, false, 0, the empty string, `[]` and `{}`. */
export function isTrue(value: JsonValue): boolean {
  switch (value.kind) {
    case 'missing':
    case 'null':
      return false;
    case 'boolean':
      return value.raw === 'true';
    case 'number':
      return Number(value.raw) !== 0;
    case 'string':
      return value.raw !== '""';
    case 'array':
    case 'object':
      return scan(value).next().done !== true;
  }
}

/** Number of elements or members; 0 for other kinds. */
export function sizeOf(value: JsonValue): number {
  return entries(value).length;
}

/** The member of an object (the first of that name); missing for everything else. */
export function member(value: JsonValue, key: string): JsonValue {
  if (value.kind !== 'object') return MISSING;
  let known = membersOf.get(value);
  if (known === undefined) {
    // Of equal names the first counts, so it comes last here.
    known = new Map(entries(value).toReversed());
    membersOf.set(value, known);
  }
  return known.get(key) ?? MISSING;
}

export function element(value: JsonValue, index: number): JsonValue {
  return (value.kind === 'array' ? entries(value)[index]?.[1] : undefined) ?? MISSING;
}

export function elements(value: JsonValue): JsonValue[] {
  return value.kind === 'array' ? entries(value).map(([, found]) => found) : [];
}

type Entry = readonly [name: string, value: JsonValue];

/** Values are read once, however often a template looks into them: `$.total` in a loop must not scan the whole data each time. */
const entriesOf = new WeakMap<JsonValue, readonly Entry[]>();
const membersOf = new WeakMap<JsonValue, ReadonlyMap<string, JsonValue>>();

/** Members of an object, elements of an array (with an empty name), in document order. */
export function entries(value: JsonValue): readonly Entry[] {
  const known = entriesOf.get(value);
  if (known !== undefined) return known;
  const found = [...scan(value)];
  entriesOf.set(value, found);
  return found;
}

function* scan(value: JsonValue): Generator<Entry> {
  if (value.kind !== 'array' && value.kind !== 'object') return;
  const { raw } = value;
  const named = value.kind === 'object';
  let at = skipSpace(raw, 1);
  while (at < raw.length && raw[at] !== ']' && raw[at] !== '}') {
    let key = '';
    if (named) {
      if (raw[at] !== '"') return;
      const end = stringEnd(raw, at);
      key = decoded(raw.slice(at, end));
      at = skipSpace(raw, end);
      if (raw[at] !== ':') return;
      at = skipSpace(raw, at + 1);
    }
    const end = valueEnd(raw, at);
    if (end <= at) return;
    yield [key, valueIn(raw.slice(at, end))];
    at = skipSpace(raw, end);
    if (raw[at] !== ',') return;
    at = skipSpace(raw, at + 1);
  }
}

/** How deep arrays and objects stand in each other; 0 for other kinds. */
export function depthOf({ raw }: JsonValue): number {
  const token = /["[\]{}]/g;
  let depth = 0;
  let deepest = 0;
  for (let found = token.exec(raw); found !== null; found = token.exec(raw)) {
    if (found[0] === '"') token.lastIndex = stringEnd(raw, found.index);
    else depth += found[0] === '{' || found[0] === '[' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** The value in JavaScript; undefined when missing or not readable. Loses number text. */
export function toPlain(value: JsonValue): unknown {
  try {
    return value.kind === 'missing' ? undefined : JSON.parse(value.raw);
  } catch {
    return undefined;
  }
}

function decoded(raw: string): string {
  if (!raw.includes('\\')) return raw.endsWith('"') && raw.length > 1 ? raw.slice(1, -1) : raw.slice(1);
  try {
    return String(JSON.parse(raw));
  } catch {
    return raw.replace(/^"/, '').replace(/"$/, '');
  }
}

function valueIn(raw: string): JsonValue {
  switch (raw[0]) {
    case '{':
      return { kind: 'object', raw };
    case '[':
      return { kind: 'array', raw };
    case '"':
      return { kind: 'string', raw };
    case 't':
    case 'f':
      return raw === 'true' || raw === 'false' ? { kind: 'boolean', raw } : MISSING;
    case 'n':
      return raw === 'null' ? NULL : MISSING;
    default:
      return /^-?\d/.test(raw) ? { kind: 'number', raw } : MISSING;
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at] as string)) at += 1;
  return at;
}

/** Offset behind the closing quote, or the end of the text. */
function stringEnd(text: string, at: number): number {
  let from = at + 1;
  for (;;) {
    const end = text.indexOf('"', from);
    if (end < 0) return text.length;
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return end + 1;
    from = end + 1;
  }
}

function valueEnd(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at);
  if (text[at] !== '{' && text[at] !== '[') {
    const word = /[^\s,:\]}]*/y;
    word.lastIndex = at;
    return at + (word.exec(text)?.[0].length ?? 0);
  }
  const token = /["[\]{}]/g;
  token.lastIndex = at;
  let depth = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === '"') token.lastIndex = stringEnd(text, found.index);
    else {
      depth += found[0] === '{' || found[0] === '[' ? 1 : -1;
      if (depth === 0) return found.index + 1;
    }
  }
  return text.length;
}
