/** Text functions. Positions and lengths are in bytes of UTF-8, as everywhere in Go. */
import { TemplateError } from '../errors.ts';
import { bytewise, lower, SPACE, trimSpace, upper } from './characters.ts';
import { goText, stringValue } from './convert.ts';
import { goQuote } from './go-quote.ts';
import { type FunctionContext, fn, fnRest, type GoFunctions, type GoMap } from './types.ts';

const SPACES = new RegExp(`[${SPACE}]+`, 'g');

const trimAll = fn(['string', 'string'], ([cut, text]) => trimCharacters(text, cut));

export const stringFunctions: GoFunctions = {
  hello: fn([], () => 'Hello!'),
  upper: fn(['string'], ([text]) => upper(text)),
  lower: fn(['string'], ([text]) => lower(text)),
  trim: fn(['string'], ([text]) => trimSpace(text)),
  trimAll,
  trimall: trimAll,
  trimPrefix: fn(['string', 'string'], ([prefix, text]) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  trimSuffix: fn(['string', 'string'], ([suffix, text]) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  nospace: fn(['string'], ([text]) => text.replace(SPACES, '')),
  contains: fn(['string', 'string'], ([part, text]) => text.includes(part)),
  hasPrefix: fn(['string', 'string'], ([prefix, text]) => text.startsWith(prefix)),
  hasSuffix: fn(['string', 'string'], ([suffix, text]) => text.endsWith(suffix)),
  replace: fn(['string', 'string', 'string'], ([old, by, text], context) => replace(text, old, by, context)),
  repeat: fn(['int', 'string'], ([count, text], context) => repeat('repeat', text, count, context)),
  indent: fn(['int', 'string'], ([spaces, text], context) => indent('indent', spaces, text, context)),
  nindent: fn(['int', 'string'], ([spaces, text], context) => `\n${indent('nindent', spaces, text, context)}`),
  substr: fn(['int', 'int', 'string'], ([start, end, text]) => bytewise(text, (bytes) => substring(bytes, start, end))),
  trunc: fn(['int', 'string'], ([length, text]) =>
    bytewise(text, (bytes) => (length < 0 ? bytes.slice(length) : bytes.slice(0, length))),
  ),
  abbrev: fn(['int', 'string'], ([width, text]) =>
    width < 4 ? text : bytewise(text, (bytes) => abbreviate(bytes, 0, width)),
  ),
  abbrevboth: fn(['int', 'int', 'string'], ([offset, width, text]) =>
    width < 4 || (offset > 0 && width < 7) ? text : bytewise(text, (bytes) => abbreviate(bytes, offset, width)),
  ),
  plural: fn(['string', 'string', 'int'], ([one, many, count]) => (count === 1 ? one : many)),
  quote: fnRest([], 'any', (_, values) =>
    values
      .filter((value) => value !== null)
      .map((value) => goQuote(stringValue(value)))
      .join(' '),
  ),
  squote: fnRest([], 'any', (_, values) =>
    values
      .filter((value) => value !== null)
      .map((value) => `'${goText(value)}'`)
      .join(' '),
  ),
  cat: fnRest([], 'any', (_, values) =>
    values
      .filter((value) => value !== null)
      .map(goText)
      .join(' '),
  ),
  join: fn(['string', 'any'], ([, value]) => stringValue(value)),
  split: fn(['string', 'string'], ([separator, text]) => numbered(pieces(text, separator))),
  splitn: fn(['string', 'int', 'string'], ([separator, most, text]) => numbered(pieces(text, separator, most))),
  splitList: fn(['string', 'string'], ([separator, text]) => pieces(text, separator)),
  toStrings: fn(['any'], ([value]) => (value === null ? [] : [stringValue(value)])),
};

function trimCharacters(text: string, cut: string): string {
  const set = new Set(cut);
  const characters = [...text];
  let [start, end] = [0, characters.length];
  while (start < end && set.has(characters[start] as string)) start += 1;
  while (end > start && set.has(characters[end - 1] as string)) end -= 1;
  return characters.slice(start, end).join('');
}

function replace(text: string, old: string, by: string, { budget }: FunctionContext): string {
  const parts = old === '' ? ['', ...text, ''] : text.split(old);
  budget.length(text.length + (parts.length - 1) * (by.length - old.length));
  return parts.join(by);
}

function repeat(name: string, text: string, count: number, { budget }: FunctionContext): string {
  if (count < 0) throw new TemplateError(`${name}: negative count ${count}`);
  budget.length(count * text.length);
  return text.repeat(count);
}

function indent(name: string, spaces: number, text: string, context: FunctionContext): string {
  const margin = repeat(name, ' ', spaces, context);
  return margin + replace(text, '\n', `\n${margin}`, context);
}

function substring(bytes: string, start: number, end: number): string {
  const from = Math.max(0, start);
  const to = start >= 0 && (end < 0 || end > bytes.length) ? bytes.length : end;
  if (to < from || to > bytes.length)
    throw new TemplateError(`substr: out of range: ${start} to ${end} of ${bytes.length} bytes`);
  return bytes.slice(from, to);
}

/** At most `width` bytes with `...` for what is left out, at the front too when the part from `offset` on is asked for. */
function abbreviate(bytes: string, offset: number, width: number): string {
  if (bytes.length <= width) return bytes;
  const shown = width - 3;
  const start = Math.min(offset, bytes.length - shown);
  if (start <= 4) return `${bytes.slice(0, shown)}...`;
  if (start + shown < bytes.length) return `...${abbreviate(bytes.slice(start), 0, shown)}`;
  return `...${bytes.slice(-shown)}`;
}

/** An empty separator gives the characters. The last of at most `most` pieces holds the rest; negative = no limit. */
function pieces(text: string, separator: string, most = -1): string[] {
  if (most === 0) return [];
  const all = separator === '' ? [...text] : text.split(separator);
  return most < 0 || all.length <= most ? all : [...all.slice(0, most - 1), all.slice(most - 1).join(separator)];
}

function numbered(parts: readonly string[]): GoMap {
  return new Map(parts.map((part, at) => [`_${at}`, part]));
}
