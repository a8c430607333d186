/**
 * GJSON paths over JSON text. `#lib/gjson.ts` reads the same paths over parsed values; templates need the source text of what they find
 * (`1e3`, long integers, member order). Conditions of queries and wildcards are shared.
 */
import { unescapeKey } from '#lib/gjson.ts';
import { compareWith, type Query, readQuery, wildcard } from '#lib/gjson-query.ts';
import { TemplateError } from './errors.ts';
import {
  arrayValue,
  element,
  elements,
  entries,
  isValidJson,
  type JsonValue,
  MISSING,
  member,
  numberValue,
  objectValue,
  printed,
  readJson,
  toPlain,
} from './json-text.ts';
import { applyModifier, checkDepth } from './path-modifiers.ts';

/** Nesting of queries and multipaths; deeper ones find nothing. */
const MAX_DEPTH = 64;

/** Longer values than any data: made by multipaths and `@tostr`, which can double what they are given. */
const MAX_LENGTH = 64 * 1024 * 1024;

/** The value at the path, missing when there is none. A malformed path finds nothing; throws TemplateError for results out of all measure. */
export function findPath(value: JsonValue, path: string, depth = 0): JsonValue {
  if (path === '' || depth > MAX_DEPTH) return MISSING;
  if (value.raw.length > MAX_LENGTH) throw new TemplateError(`gjson: a value is longer than ${MAX_LENGTH} characters`);
  // Modifiers and multipaths make something of nothing: `missing.@keys` is `[]`.
  if (value.kind === 'missing' && !/^[@![{]/.test(path)) return MISSING;
  if (path[0] === '@') return modifier(value, path, depth);
  if (path[0] === '!') return literal(path, depth);
  if (path[0] === '{' || path[0] === '[') return multipath(value, path, depth);
  const part = readPart(path);
  if (value.kind === 'array') return inArray(value, part, depth);
  if (value.kind !== 'object') return MISSING;
  const pattern = wildcard(part.raw);
  if (pattern === undefined) return go(member(value, unescapeKey(part.raw)), part, depth);
  const named = Array.from(entries(value)).filter(([name]) => pattern.test(name));
  if (part.separator !== '.') return go(named[0]?.[1] ?? MISSING, part, depth);
  // Of the members with a fitting name, the first that has something at the path counts.
  const pipe = pipeIn(part.rest);
  const inner = pipe < 0 ? part.rest : part.rest.slice(0, pipe);
  for (const [, one] of named) {
    const found = findPath(one, inner, depth + 1);
    if (found.kind !== 'missing') return pipe < 0 ? found : findPath(found, part.rest.slice(pipe + 1), depth + 1);
  }
  return MISSING;
}

interface Part {
  readonly raw: string;
  /** `.` or `|` behind it, empty at the end. */
  readonly separator: string;
  readonly rest: string;
}

function readPart(path: string): Part {
  let at = 0;
  if (path.startsWith('#(') || path.startsWith('#[')) {
    at = closing(path, 1) + 1;
    if (at === 0) return { raw: '', separator: '', rest: '' };
    if (path[at] === '#') at += 1;
  } else {
    while (at < path.length && path[at] !== '.' && path[at] !== '|') at += path[at] === '\\' ? 2 : 1;
  }
  const separator = at < path.length ? (path[at] as string) : '';
  return { raw: path.slice(0, at), separator, rest: path.slice(at + 1) };
}

function go(value: JsonValue, part: Pick<Part, 'separator' | 'rest'>, depth: number): JsonValue {
  return part.separator === '' ? value : findPath(value, part.rest, depth + 1);
}

function inArray(list: JsonValue, part: Part, depth: number): JsonValue {
  if (part.raw === '#') {
    if (part.separator === '.') return each(elements(list), part.rest, depth);
    return go(numberValue(elements(list).length), part, depth);
  }
  if (part.raw.startsWith('#')) {
    const all = part.raw.endsWith('#');
    const query = readQuery(part.raw.slice(2, all ? -2 : -1));
    const holds = (entry: JsonValue): boolean => matches(entry, query, depth);
    if (!all) return go(elements(list).find(holds) ?? MISSING, part, depth);
    const found = elements(list).filter(holds);
    return part.separator === '.' ? each(found, part.rest, depth) : go(arrayValue(found), part, depth);
  }
  return go(/^\d+$/.test(part.raw) ? element(list, Number(part.raw)) : MISSING, part, depth);
}

/** The path up to the first pipe is for each element, what follows is for the list of what was found. */
function each(list: readonly JsonValue[], path: string, depth: number): JsonValue {
  const pipe = pipeIn(path);
  const inner = pipe < 0 ? path : path.slice(0, pipe);
  const found = list.map((entry) => findPath(entry, inner, depth + 1)).filter(({ kind }) => kind !== 'missing');
  return pipe < 0 ? arrayValue(found) : findPath(arrayValue(found), path.slice(pipe + 1), depth + 1);
}

/** Only objects and arrays have something at a path; everything else is compared itself. */
function matches(entry: JsonValue, query: Query, depth: number): boolean {
  const nests = entry.kind === 'object' || entry.kind === 'array';
  if (!nests && query.path !== '') return false;
  const left = nests ? findPath(entry, query.path, depth + 1) : entry;
  if (query.operator === undefined) return left.kind !== 'missing';
  return query.tilde ? compareWith(toPlain(left), query) : compares(left, query);
}

/** The kind of the left side says how the right side is read: `age>"5"` compares numbers, `name==5` texts. */
function compares(left: JsonValue, query: Query): boolean {
  const right = typeof query.right === 'string' ? query.right : JSON.stringify(query.right);
  switch (left.kind) {
    case 'string':
      return compareWith(printed(left), { ...query, right });
    case 'number':
      return compareWith(Number(left.raw), { ...query, right: Number(right) || 0 });
    case 'boolean': {
      if (query.operator === '==' || query.operator === '!=') return (left.raw === right) === (query.operator === '==');
      const above = left.raw === 'true';
      if (query.operator === (above ? '>=' : '<=')) return true;
      return query.operator === (above ? '>' : '<') && right === String(!above);
    }
    default:
      return false;
  }
}

function modifier(value: JsonValue, path: string, depth: number): JsonValue {
  const name = /^@([a-z0-9_]+)/i.exec(path)?.[1] ?? '';
  let at = name.length + 1;
  let argument = '';
  if (path[at] === ':') {
    const start = at + 1;
    const bracket = '{[('.includes(path[start] ?? ' ');
    at = bracket ? closing(path, start) + 1 : start + path.slice(start).search(/\||$/);
    if (at <= 0) return MISSING;
    argument = path.slice(start, at);
  }
  checkDepth(name, value);
  if (name === 'dig') return goFrom(arrayValue(dig(value, argument, depth)), path, at, depth);
  return goFrom(applyModifier(name, value, readJson(argument)), path, at, depth);
}

/** What the path finds in the value itself and, in document order, in everything within it. */
function dig(value: JsonValue, path: string, depth: number): JsonValue[] {
  const found = findPath(value, path, depth + 1);
  const here = found.kind === 'missing' ? [] : [found];
  return [...here, ...entries(value).flatMap(([, inner]) => dig(inner, path, depth))];
}

/** Goes on behind offset `at`, where the path ends or has a separator. */
function goFrom(value: JsonValue, path: string, at: number, depth: number): JsonValue {
  if (at >= path.length) return value;
  return path[at] === '.' || path[at] === '|' ? findPath(value, path.slice(at + 1), depth + 1) : MISSING;
}

function literal(path: string, depth: number): JsonValue {
  const bracket = path[1] === '{' || path[1] === '[';
  let stop = bracket ? closing(path, 1) + 1 : 1;
  if (path[1] === '"') stop = quoteEnd(path, 1) + 1;
  else if (!bracket) while (stop < path.length && !/[.|,\]}]/.test(path[stop] as string)) stop += 1;
  const text = path.slice(1, stop);
  return isValidJson(text) ? goFrom(readJson(text), path, stop, depth) : MISSING;
}

function multipath(value: JsonValue, path: string, depth: number): JsonValue {
  const end = closing(path, 0);
  if (end < 0) return MISSING;
  const found = splitTop(path.slice(1, end)).map((item) => {
    const label = path[0] === '{' ? /^("(?:[^"\\]|\\.)*"):/.exec(item) : null;
    const source = label === null ? item : item.slice(label[0].length);
    const name = label === null ? lastName(source) : String(toPlain(readJson(label[1] as string)) ?? '');
    return [name, findPath(value, source, depth + 1)] as const;
  });
  const present = found.filter(([, { kind }]) => kind !== 'missing');
  const made = path[0] === '[' ? arrayValue(present.map(([, one]) => one)) : objectValue(present);
  return goFrom(made, path, end + 1, depth);
}

function lastName(path: string): string {
  let part = readPart(path);
  while (part.separator !== '') part = readPart(part.rest);
  const name = unescapeKey(part.raw);
  return /^[@#]/.test(name) ? '_' : name;
}

function quoteEnd(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/** Offset of the bracket that closes the one at `open`, strings skipped; -1 when it is missing. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '\\') at += 1;
    else if (char === '"') at = quoteEnd(text, at);
    else if ('([{'.includes(char)) depth += 1;
    else if (')]}'.includes(char)) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

/** Offset of the first `wanted` outside brackets and strings; -1 when there is none. */
function topLevel(text: string, wanted: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '\\') at += 1;
    else if (char === wanted) return at;
    else if (char === '"') at = quoteEnd(text, at);
    else if ('([{'.includes(char)) {
      const end = closing(text, at);
      if (end > 0) at = end;
    }
  }
  return -1;
}

function pipeIn(path: string): number {
  return topLevel(path, '|', 0);
}

function splitTop(text: string): string[] {
  const items: string[] = [];
  let start = 0;
  for (let comma = topLevel(text, ',', 0); comma >= 0; comma = topLevel(text, ',', start)) {
    items.push(text.slice(start, comma));
    start = comma + 1;
  }
  items.push(text.slice(start));
  return items.map((item) => item.trim()).filter((item) => item !== '');
}
