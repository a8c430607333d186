/**
 * Reads and edits values inside JSON text without writing the rest anew: unknown members, member order, white space and integers above 2^53
 * stay as they were. Texts are byte strings (`latin1`), so that not one byte of the rest can change, not even invalid UTF-8.
 *
 * The text is checked for its outline only (brackets, strings, commas on the way to the value), not for every literal inside.
 */

/** Source of an expression for the JSON text of a string. Of text or bytes (`latin1`). The module inside Envoy has the same one in `hop/copies.zig`. */
export const JSON_STRING = String.raw`"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\x00-\x1f]*)*"`;

interface Member {
  readonly key: string;
  readonly keyStart: number;
  readonly start: number;
  readonly end: number;
}

interface Outline {
  readonly kind: 'object' | 'array';
  readonly members: readonly Member[];
  /** Offset just behind the opening bracket. */
  readonly open: number;
  /** Offset of the closing bracket. */
  readonly close: number;
}

/** Plain member names and indexes of a GJSON path, or undefined when it holds anything else (`#`, `@`, wildcards, pipes). */
export function plainPath(path: string): readonly string[] | undefined {
  if (path === '' || /^[@!{[]/.test(path)) return undefined;
  const keys: string[] = [''];
  for (let at = 0; at < path.length; at++) {
    const char = path[at] as string;
    if (char === '\\') {
      at += 1;
      keys[keys.length - 1] += path[at] ?? '';
    } else if (char === '.') keys.push('');
    else if ('#|*?'.includes(char)) return undefined;
    else keys[keys.length - 1] += char;
  }
  return keys.some((key) => key === '' || key.startsWith('@')) ? undefined : keys;
}

/** Whether the text is one JSON object or array, as far as its outline tells. */
export function isJsonText(bytes: string): boolean {
  return topOutline(bytes) !== undefined;
}

/** JSON text of the value at the path (the first, when a name occurs twice); undefined when there is none. */
export function readJsonText(bytes: string, path: readonly string[]): string | undefined {
  let outline = topOutline(bytes);
  let found: Member | undefined;
  for (const [depth, key] of path.entries()) {
    if (outline === undefined) return undefined;
    found = membersAt(outline, key)[0];
    if (found === undefined) return undefined;
    outline = depth < path.length - 1 ? outlineAt(bytes, found.start) : undefined;
  }
  return found && bytes.slice(found.start, found.end);
}

/**
 * Puts JSON text at the path, or takes the value away when `raw` is undefined. Missing objects on the way are made; a name that occurs more than
 * once is edited everywhere, so that no reader sees the old value. Undefined when the text is not one JSON object or array.
 */
export function editJsonText(bytes: string, path: readonly string[], raw: string | undefined): string | undefined {
  const outline = topOutline(bytes);
  if (outline === undefined) return undefined;
  return bytes.slice(0, outline.open - 1) + edited(bytes, outline, path, raw) + bytes.slice(outline.close + 1);
}

/** A value of JSON text and what shall stand there: JSON text again. */
export interface JsonTextEdit {
  readonly path: readonly string[];
  readonly raw: string;
}

/**
 * Puts JSON texts at the paths of values that are there; a path that leads nowhere changes nothing, and a name that occurs more than once is
 * edited everywhere. One way through the text, however many edits. Undefined when the text is not one JSON object or array.
 */
export function editJsonTexts(bytes: string, edits: readonly JsonTextEdit[]): string | undefined {
  const outline = topOutline(bytes);
  if (outline === undefined) return undefined;
  return bytes.slice(0, outline.open - 1) + editedAll(bytes, outline, edits, 0) + bytes.slice(outline.close + 1);
}

/** The object or array of `outline` after edits whose paths led here by their first `depth` keys. */
function editedAll(text: string, outline: Outline, edits: readonly JsonTextEdit[], depth: number): string {
  const byKey = Map.groupBy(edits, ({ path }) => path[depth] ?? '');
  let out = '';
  let from = outline.open - 1;
  for (const [index, { key, start, end }] of outline.members.entries()) {
    const below = byKey.get(outline.kind === 'array' ? String(index) : key);
    if (below === undefined) continue;
    const whole = below.findLast(({ path }) => path.length === depth + 1);
    const inner = whole === undefined ? outlineAt(text, start) : undefined;
    if (whole === undefined && inner === undefined) continue;
    out += text.slice(from, start) + (inner === undefined ? whole?.raw : editedAll(text, inner, below, depth + 1));
    from = end;
  }
  return out + text.slice(from, outline.close + 1);
}

/** JSON texts of the elements when `raw` is an array. */
export function jsonElements(raw: string): readonly string[] | undefined {
  const outline = topOutline(raw);
  return outline?.kind === 'array' ? outline.members.map(({ start, end }) => raw.slice(start, end)) : undefined;
}

/** JSON text of a value as a byte string. */
export function toJsonText(value: unknown): string {
  return Buffer.from(JSON.stringify(value) ?? 'null', 'utf8').toString('latin1');
}

/** The value of JSON text given as a byte string; undefined when it is none. */
export function fromJsonText(raw: string): unknown {
  try {
    return JSON.parse(Buffer.from(raw, 'latin1').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The object or array of `outline`, with its brackets, after the edit. */
function edited(text: string, outline: Outline, path: readonly string[], raw: string | undefined): string {
  const [key = '', ...rest] = path;
  const hits = membersAt(outline, key);
  const whole = () => text.slice(outline.open - 1, outline.close + 1);
  if (hits.length === 0) return raw === undefined ? whole() : withAdded(text, outline, key, nested(rest, raw));
  if (raw === undefined && rest.length === 0) return without(text, outline, hits);
  let out = '';
  let from = outline.open - 1;
  for (const hit of hits) {
    out += text.slice(from, hit.start) + editedValue(text, hit, rest, raw);
    from = hit.end;
  }
  return out + text.slice(from, outline.close + 1);
}

function editedValue(text: string, hit: Member, rest: readonly string[], raw: string | undefined): string {
  if (rest.length === 0) return raw ?? 'null';
  const inner = outlineAt(text, hit.start);
  if (inner !== undefined) return edited(text, inner, rest, raw);
  return raw === undefined ? text.slice(hit.start, hit.end) : nested(rest, raw);
}

function withAdded(text: string, outline: Outline, key: string, raw: string): string {
  if (outline.kind === 'array' && key !== '-1' && Number(key) !== outline.members.length) {
    return text.slice(outline.open - 1, outline.close + 1);
  }
  const at = outline.members.at(-1)?.end ?? outline.open;
  const comma = outline.members.length > 0 ? ',' : '';
  const name = outline.kind === 'array' ? '' : `${toJsonText(key)}:`;
  return `${text.slice(outline.open - 1, at)}${comma}${name}${raw}${text.slice(at, outline.close + 1)}`;
}

function without(text: string, outline: Outline, hits: readonly Member[]): string {
  const kept = outline.members.filter((member) => !hits.includes(member));
  const parts = kept.map((member) => text.slice(member.keyStart, member.end));
  return `${text[outline.open - 1]}${parts.join(',')}${text[outline.close]}`;
}

function nested(path: readonly string[], raw: string): string {
  return path.reduceRight((inner, key) => `{${toJsonText(key)}:${inner}}`, raw);
}

function membersAt(outline: Outline, key: string): readonly Member[] {
  if (outline.kind === 'object') return outline.members.filter((member) => member.key === key);
  const member = /^\d+$/.test(key) ? outline.members[Number(key)] : undefined;
  return member === undefined ? [] : [member];
}

/** A text is mostly asked about several times in a row: whether it is JSON, for a value, for an edit. */
let latest: { readonly text: string; readonly outline: Outline | undefined } = { text: '', outline: undefined };

function topOutline(text: string): Outline | undefined {
  if (latest.text === text) return latest.outline;
  const found = outlineAt(text, skipSpace(text, 0));
  const outline = found !== undefined && skipSpace(text, found.close + 1) === text.length ? found : undefined;
  // Large bodies are not kept in memory for the sake of the next question.
  if (text.length <= KEPT_CHARACTERS) latest = { text, outline };
  return outline;
}

const KEPT_CHARACTERS = 64 * 1024;

function outlineAt(text: string, start: number): Outline | undefined {
  const kind = text[start] === '{' ? 'object' : text[start] === '[' ? 'array' : undefined;
  if (kind === undefined) return undefined;
  const end = kind === 'object' ? '}' : ']';
  const members: Member[] = [];
  const open = start + 1;
  let at = skipSpace(text, open);
  if (text[at] === end) return { kind, members, open, close: at };
  for (;;) {
    const keyStart = at;
    let key = '';
    if (kind === 'object') {
      const keyEnd = text[at] === '"' ? skipString(text, at) : -1;
      if (keyEnd < 0) return undefined;
      const name = nameOf(text.slice(at, keyEnd));
      at = skipSpace(text, keyEnd);
      if (typeof name !== 'string' || text[at] !== ':') return undefined;
      key = name;
      at = skipSpace(text, at + 1);
    }
    const valueEnd = skipValue(text, at);
    if (valueEnd < 0) return undefined;
    members.push({ key, keyStart, start: at, end: valueEnd });
    at = skipSpace(text, valueEnd);
    if (text[at] === end) return { kind, members, open, close: at };
    if (text[at] !== ',') return undefined;
    at = skipSpace(text, at + 1);
  }
}

/** Names are rarely written with escapes or beyond ASCII. */
function nameOf(quoted: string): unknown {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must be escaped in JSON
  return /^"[^\\\x00-\x1f\x7f-\uffff"]*"$/.test(quoted) ? quoted.slice(1, -1) : fromJsonText(quoted);
}

function skipSpace(text: string, at: number): number {
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

/** Offset behind the closing quote, or -1. */
function skipString(text: string, at: number): number {
  let from = at + 1;
  for (;;) {
    const end = text.indexOf('"', from);
    if (end < 0) return -1;
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
    from = end + 1;
  }
}

const WORD = /[A-Za-z0-9.+-]+/y;
const NUMBER = /^-?\d[\d.eE+-]*$/;
const TOKEN = /["[\]{}]/g;

/** Offset behind the value, or -1. */
function skipValue(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return skipString(text, at);
  if (first !== '{' && first !== '[') {
    WORD.lastIndex = at;
    const word = WORD.exec(text)?.[0] ?? '';
    const known = word === 'true' || word === 'false' || word === 'null' || NUMBER.test(word);
    return known ? at + word.length : -1;
  }
  let depth = 0;
  TOKEN.lastIndex = at;
  for (;;) {
    const token = TOKEN.exec(text);
    if (token === null) return -1;
    if (token[0] === '"') {
      const end = skipString(text, token.index);
      if (end < 0) return -1;
      TOKEN.lastIndex = end;
    } else {
      depth += token[0] === '{' || token[0] === '[' ? 1 : -1;
      if (depth === 0) return token.index + 1;
    }
  }
}
