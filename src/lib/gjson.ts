/**
 * GJSON paths over parsed JSON, as in plugin configurations: `choices.0.message.content`, `messages.@reverse.0.content`, `a.#(type=="text")#.text`.
 * Supported: members with `\` escapes and the wildcards `*` and `?`, array indexes, `#`, queries `#(…)` and `#(…)#`, pipes, the modifiers
 * below, multipaths `{a,b}` and `[a,b]`, literals `!…`. Not supported: JSON lines (`..`).
 */
import { compareWith, type Query, readQuery, wildcard } from './gjson-query.ts';

/** The value at the path; undefined when there is none (JSON null is null). Never throws: a malformed path finds nothing. */
export function getPath(value: unknown, path: string): unknown {
  if (value === undefined || path === '') return undefined;
  const first = path[0];
  if (first === '@') return modifier(value, path);
  if (first === '!') return literal(path);
  if (first === '{' || first === '[') return multipath(value, path);
  const part = readPart(path);
  return descend(value, part);
}

/** As getPath on JSON text; undefined also when the text is not JSON. */
export function getPathInText(text: string, path: string): unknown {
  try {
    return getPath(JSON.parse(text), path);
  } catch {
    return undefined;
  }
}

/** A found value as text: strings as they are, nothing and null as the empty string, everything else as JSON. */
export function toText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

interface Part {
  /** Raw text of the component, escapes still inside. */
  readonly raw: string;
  /** `.` or `|` behind it, empty at the end. */
  readonly separator: '.' | '|' | '';
  readonly rest: string;
}

function readPart(path: string): Part {
  let at = 0;
  if (path.startsWith('#(') || path.startsWith('#[')) {
    at = closing(path, 1) + 1;
    if (at === 0) return { raw: '', separator: '', rest: '' };
    if (path[at] === '#') at += 1;
  } else {
    for (; at < path.length; at++) {
      if (path[at] === '\\') at += 1;
      else if (path[at] === '.' || path[at] === '|') break;
    }
  }
  const separator = path[at] === '.' || path[at] === '|' ? (path[at] as '.' | '|') : '';
  return { raw: path.slice(0, at), separator, rest: separator === '' ? '' : path.slice(at + 1) };
}

/** Offset of the bracket that closes the one at `open`, strings skipped; -1 when it is missing. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at += 1;
    } else if (char === '(' || char === '[' || char === '{') depth += 1;
    else if (char === ')' || char === ']' || char === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

function go(value: unknown, part: Pick<Part, 'separator' | 'rest'>): unknown {
  return part.separator === '' ? value : getPath(value, part.rest);
}

function descend(value: unknown, part: Part): unknown {
  if (Array.isArray(value)) return descendArray(value, part);
  if (value === null || typeof value !== 'object') return undefined;
  const members = value as Record<string, unknown>;
  const pattern = wildcard(part.raw);
  const key = pattern === undefined ? unescapeKey(part.raw) : Object.keys(members).find((name) => pattern.test(name));
  return key !== undefined && Object.hasOwn(members, key) ? go(members[key], part) : undefined;
}

function descendArray(list: readonly unknown[], part: Part): unknown {
  if (part.raw === '#') {
    if (part.separator !== '.') return go(list.length, part);
    return each(list, part.rest);
  }
  if (part.raw.startsWith('#')) {
    const all = part.raw.endsWith('#');
    const query = readQuery(part.raw.slice(2, all ? -2 : -1));
    const holds = (entry: unknown) => matches(entry, query);
    if (!all) return go(list.find(holds), part);
    const found = list.filter(holds);
    return part.separator === '.' ? each(found, part.rest) : go(found, part);
  }
  return /^\d+$/.test(part.raw) ? go(list[Number(part.raw)], part) : undefined;
}

/** The path up to the first pipe is for each element, what follows is for the list of what was found. */
function each(list: readonly unknown[], path: string): unknown {
  const pipe = pipeIn(path);
  const inner = pipe < 0 ? path : path.slice(0, pipe);
  const found = list.map((entry) => getPath(entry, inner)).filter((one) => one !== undefined);
  return pipe < 0 ? found : getPath(found, path.slice(pipe + 1));
}

function pipeIn(path: string): number {
  for (let at = 0; at < path.length; at++) {
    const char = path[at];
    if (char === '\\') at += 1;
    else if (char === '|') return at;
    else if (char === '(' || char === '[' || char === '{') {
      const end = closing(path, at);
      if (end > 0) at = end;
    }
  }
  return -1;
}

function matches(entry: unknown, query: Query): boolean {
  const left = query.path === '' ? entry : getPath(entry, query.path);
  if (query.operator === undefined) return left !== undefined;
  return compareWith(left, query);
}

/** `\x` means the character x itself. */
export function unescapeKey(raw: string): string {
  return raw.includes('\\') ? raw.replaceAll(/\\(.)/gs, '$1') : raw;
}

const MODIFIERS: Readonly<Record<string, (value: unknown, argument: unknown) => unknown>> = {
  this: (value) => value,
  valid: (value) => value,
  ugly: (value) => value,
  pretty: (value) => value,
  reverse: (value) => {
    if (Array.isArray(value)) return value.toReversed();
    return isRecord(value) ? Object.fromEntries(Object.entries(value).reverse()) : value;
  },
  keys: (value) => (Array.isArray(value) ? value.map(() => null) : isRecord(value) ? Object.keys(value) : []),
  values: (value) => (Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : []),
  flatten: (value, argument) => {
    const deep = isRecord(argument) && argument.deep === true;
    return Array.isArray(value) ? value.flat(deep ? Number.POSITIVE_INFINITY : 1) : value;
  },
  join: (value) => (Array.isArray(value) ? Object.assign({}, ...value.filter(isRecord)) : value),
  tostr: (value) => JSON.stringify(value),
  fromstr: (value) => (typeof value === 'string' ? parse(value) : undefined),
  group: (value) => {
    if (!isRecord(value)) return undefined;
    const out: Record<string, unknown>[] = [];
    for (const [key, list] of Object.entries(value)) {
      if (!Array.isArray(list)) continue;
      for (const [index, entry] of list.entries()) {
        out[index] ??= {};
        out[index][key] = entry;
      }
    }
    return out;
  },
};

function modifier(value: unknown, path: string): unknown {
  const name = /^@([a-z0-9_]+)/i.exec(path)?.[1] ?? '';
  const apply = MODIFIERS[name];
  if (apply === undefined) return undefined;
  let at = name.length + 1;
  let argument: unknown;
  if (path[at] === ':') {
    const start = at + 1;
    const bracket = path[start] === '{' || path[start] === '[' || path[start] === '(';
    const stop = bracket ? closing(path, start) + 1 : start + path.slice(start).search(/[.|]|$/);
    if (stop <= 0) return undefined;
    argument = parse(path.slice(start, stop));
    at = stop;
  }
  return goFrom(apply(value, argument), path, at);
}

/** Goes on behind offset `at`, where the path ends or has a separator. */
function goFrom(value: unknown, path: string, at: number): unknown {
  if (at >= path.length) return value;
  const separator = path[at];
  return separator === '.' || separator === '|' ? getPath(value, path.slice(at + 1)) : undefined;
}

function literal(path: string): unknown {
  const bracket = path[1] === '{' || path[1] === '[';
  let stop = bracket ? closing(path, 1) + 1 : 1;
  if (path[1] === '"') {
    for (stop = 2; stop < path.length && path[stop] !== '"'; stop++) if (path[stop] === '\\') stop += 1;
    stop += 1;
  } else if (!bracket) {
    while (stop < path.length && !/[.|,\]}]/.test(path[stop] as string)) stop += 1;
  }
  return goFrom(parse(path.slice(1, stop)), path, stop);
}

function multipath(value: unknown, path: string): unknown {
  const end = closing(path, 0);
  if (end < 0) return undefined;
  const items = splitTop(path.slice(1, end));
  if (path[0] === '[') {
    const list = items.map((item) => getPath(value, item)).filter((found) => found !== undefined);
    return goFrom(list, path, end + 1);
  }
  const out: Record<string, unknown> = {};
  for (const item of items) {
    const named = /^("(?:[^"\\]|\\.)*"):/.exec(item);
    const source = named === null ? item : item.slice(named[0].length);
    const found = getPath(value, source);
    if (found !== undefined) out[named === null ? lastName(source) : String(parse(named[1] as string))] = found;
  }
  return goFrom(out, path, end + 1);
}

function splitTop(text: string): string[] {
  const items: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '(' || char === '[' || char === '{') {
      const end = closing(text, at);
      if (end > 0) at = end;
    } else if (char === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at += 1;
    } else if (char === ',') {
      items.push(text.slice(start, at));
      start = at + 1;
    }
  }
  items.push(text.slice(start));
  return items.filter((item) => item !== '');
}

function lastName(path: string): string {
  let part = readPart(path);
  while (part.separator !== '') part = readPart(part.rest);
  const name = unescapeKey(part.raw);
  return /^[@#]/.test(name) ? '_' : name;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
