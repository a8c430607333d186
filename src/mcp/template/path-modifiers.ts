/** The `@modifiers` of GJSON paths over JSON text. */
import { TemplateError } from './errors.ts';
import {
  arrayValue,
  depthOf,
  elements,
  entries,
  isValidJson,
  type JsonValue,
  MISSING,
  member,
  NULL,
  objectValue,
  printed,
  readJson,
  sizeOf,
  textValue,
} from './json-text.ts';

type Modifier = (value: JsonValue, argument: JsonValue) => JsonValue;

const same: Modifier = (value) => value;

const MODIFIERS: ReadonlyMap<string, Modifier> = new Map<string, Modifier>([
  ['this', same],
  ['valid', (value) => (isValidJson(value.raw) ? value : MISSING)],
  ['ugly', (value) => squeezed(value)],
  ['pretty', (value, argument) => ({ ...value, raw: `${pretty(value, prettyIndent(argument))}\n` })],
  ['reverse', reverse],
  ['keys', keys],
  [
    'values',
    (value) =>
      isNested(value) ? arrayValue(Array.from(entries(value), ([, found]) => found)) : scalarList(value, value),
  ],
  ['flatten', (value, argument) => (value.kind === 'array' ? arrayValue(flat(value, isDeep(argument))) : value)],
  ['join', join],
  ['tostr', (value) => textValue(value.raw)],
  ['fromstr', (value) => (value.kind === 'string' && isValidJson(printed(value)) ? readJson(printed(value)) : MISSING)],
  ['group', group],
]);

/** Modifiers that go into every value. */
const RECURSIVE = new Set(['ugly', 'pretty', 'flatten', 'dig']);
/** Nesting of data that recursive modifiers go into. */
const MAX_DATA_DEPTH = 500;

/** Throws TemplateError when the modifier would go too deep into the value. */
export function checkDepth(name: string, value: JsonValue): void {
  if (RECURSIVE.has(name) && depthOf(value) > MAX_DATA_DEPTH) {
    throw new TemplateError(`gjson: @${name}: the data is nested more than ${MAX_DATA_DEPTH} deep`);
  }
}

/** Missing for a modifier that does not exist. */
export function applyModifier(name: string, value: JsonValue, argument: JsonValue): JsonValue {
  return MODIFIERS.get(name)?.(value, argument) ?? MISSING;
}

/** A missing value has no members, any other is taken as its only one. */
function scalarList(value: JsonValue, shown: JsonValue): JsonValue {
  return arrayValue(value.kind === 'missing' ? [] : [shown]);
}

function isNested({ kind }: JsonValue): boolean {
  return kind === 'array' || kind === 'object';
}

/** Arrays that fit stay on one line. */
const PRETTY_WIDTH = 80;

function prettyIndent(argument: JsonValue): string {
  const indent = member(argument, 'indent');
  return indent.kind === 'missing' ? '  ' : printed(indent);
}

function pretty(value: JsonValue, indent: string, margin = ''): string {
  if (sizeOf(value) === 0) return isNested(value) ? squeezed(value).raw : value.raw;
  if (value.kind === 'array') {
    const line = oneLine(value);
    if (line !== undefined && margin.length + line.length <= PRETTY_WIDTH) return line;
  }
  const inner = margin + indent;
  const items = Array.from(entries(value), ([key, found]) => {
    const text = pretty(found, indent, inner);
    return value.kind === 'array' ? inner + text : `${inner}${JSON.stringify(key)}: ${text}`;
  });
  const [open, close] = value.kind === 'array' ? '[]' : '{}';
  return `${open}\n${items.join(',\n')}\n${margin}${close}`;
}

/** Undefined when an object in it needs lines of its own. */
function oneLine(value: JsonValue): string | undefined {
  if (value.kind === 'object') return sizeOf(value) === 0 ? '{}' : undefined;
  if (value.kind !== 'array') return value.raw;
  const items = elements(value).map(oneLine);
  return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
}

function squeezed(value: JsonValue): JsonValue {
  if (value.kind === 'array') return arrayValue(elements(value).map(squeezed));
  if (value.kind !== 'object') return value;
  return objectValue(Array.from(entries(value), ([key, found]) => [key, squeezed(found)] as const));
}

function reverse(value: JsonValue): JsonValue {
  if (value.kind === 'array') return arrayValue(elements(value).reverse());
  return value.kind === 'object' ? objectValue([...entries(value)].reverse()) : value;
}

function keys(value: JsonValue): JsonValue {
  if (value.kind === 'array') return arrayValue(elements(value).map(() => NULL));
  if (!isNested(value)) return scalarList(value, NULL);
  return arrayValue(Array.from(entries(value), ([key]) => textValue(key)));
}

function isDeep(argument: JsonValue): boolean {
  return member(argument, 'deep').raw === 'true';
}

function flat(value: JsonValue, deep: boolean): JsonValue[] {
  return elements(value).flatMap((one) => {
    if (one.kind !== 'array') return [one];
    return deep ? flat(one, true) : elements(one);
  });
}

/** Members of all objects in one; the last of a name wins and keeps the place of the first. */
function join(value: JsonValue): JsonValue {
  if (value.kind !== 'array') return value;
  return objectValue(new Map(elements(value).flatMap((one) => (one.kind === 'object' ? [...entries(one)] : []))));
}

function group(value: JsonValue): JsonValue {
  if (value.kind !== 'object') return MISSING;
  const rows: [string, JsonValue][][] = [];
  for (const [key, list] of entries(value)) {
    for (const [index, one] of elements(list).entries()) {
      rows[index] ??= [];
      rows[index].push([key, one]);
    }
  }
  return arrayValue(rows.map((row) => objectValue(row)));
}
