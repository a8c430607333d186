/** Regular expressions in RE2 syntax, so that no pattern can hang the server. */
import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';
import { TemplateError } from '../errors.ts';
import { type FunctionContext, fn, type GoFunction, type GoFunctions } from './types.ts';

const MAX_CACHED_PATTERNS = 200;
/** Compiling depends on nothing but the pattern, and templates use the same few all the time. */
const compiledPatterns = new LRUCache<string, RE2JS>({ max: MAX_CACHED_PATTERNS });

interface Found {
  readonly start: number;
  readonly end: number;
  /** Text of a group by number or name; empty when it took no part. */
  readonly group: (key: string) => string;
}

const find: GoFunction = fn(['string', 'string'], ([pattern, text]) => {
  const { value: found } = matches(compile(pattern), text).next();
  return found === undefined ? '' : text.slice(found.start, found.end);
});
const findAll: GoFunction = fn(['string', 'string', 'int'], ([pattern, text, most]) =>
  matches(compile(pattern), text)
    .take(limit(most))
    .map(({ start, end }) => text.slice(start, end))
    .toArray(),
);
const replaceAll: GoFunction = fn(['string', 'string', 'string'], ([pattern, text, replacement], context) =>
  replaced(text, compile(pattern), (found) => expand(replacement, found), context),
);
const replaceAllLiteral: GoFunction = fn(['string', 'string', 'string'], ([pattern, text, replacement], context) =>
  replaced(text, compile(pattern), () => replacement, context),
);
const split: GoFunction = fn(['string', 'string', 'int'], ([pattern, text, most]) => parts(pattern, text, most));

export const regexFunctions: GoFunctions = {
  regexMatch: fn(['string', 'string'], ([pattern, text]) => {
    try {
      return compile(pattern).matcher(text).find();
    } catch {
      return false;
    }
  }),
  mustRegexMatch: fn(['string', 'string'], ([pattern, text]) => compile(pattern).matcher(text).find()),
  regexFind: find,
  mustRegexFind: find,
  regexFindAll: findAll,
  mustRegexFindAll: findAll,
  regexReplaceAll: replaceAll,
  mustRegexReplaceAll: replaceAll,
  regexReplaceAllLiteral: replaceAllLiteral,
  mustRegexReplaceAllLiteral: replaceAllLiteral,
  regexSplit: split,
  mustRegexSplit: split,
  regexQuoteMeta: fn(['string'], ([text]) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
};

function compile(pattern: string): RE2JS {
  const known = compiledPatterns.get(pattern);
  if (known !== undefined) return known;
  try {
    const compiled = RE2JS.compile(pattern);
    compiledPatterns.set(pattern, compiled);
    return compiled;
  } catch (error) {
    throw new TemplateError(error instanceof Error ? error.message : String(error));
  }
}

/** Negative = no limit. */
function limit(most: number): number {
  return most < 0 ? Number.POSITIVE_INFINITY : most;
}

/** An empty match right behind another match does not count. */
function* matches(pattern: RE2JS, text: string): Generator<Found, undefined> {
  const matcher = pattern.matcher(text);
  const names = pattern.namedGroups();
  let before = -1;
  while (matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (start === end && start === before) continue;
    before = end;
    yield {
      start,
      end,
      group(key) {
        const index = /^\d+$/.test(key) ? Number(key) : names[key];
        return index === undefined || index > pattern.groupCount() ? '' : (matcher.group(index) ?? '');
      },
    };
  }
  return undefined;
}

function replaced(
  text: string,
  pattern: RE2JS,
  replacement: (found: Found) => string,
  { budget }: FunctionContext,
): string {
  let out = '';
  let at = 0;
  for (const found of matches(pattern, text)) {
    out += text.slice(at, found.start) + replacement(found);
    budget.length(out.length);
    at = found.end;
  }
  return out + text.slice(at);
}

/** `$1`, `${1}`, `$name`, `${name}` and `$$`; a name is as long as it can be. */
function expand(template: string, found: Found): string {
  return template.replace(
    /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu,
    (whole, braced?: string, bare?: string) => (whole === '$$' ? '$' : found.group((braced ?? bare) as string)),
  );
}

/** Empty parts stay, except for an empty match at the very start or end. */
function parts(pattern: string, text: string, most: number): string[] {
  if (most === 0) return [];
  const compiled = compile(pattern);
  if (pattern !== '' && text === '') return [''];
  const found: string[] = [];
  let at = 0;
  let end = 0;
  for (const match of matches(compiled, text)) {
    if (most > 0 && found.length === most - 1) break;
    end = match.start;
    if (match.end !== 0) found.push(text.slice(at, end));
    at = match.end;
  }
  if (end !== text.length) found.push(text.slice(at));
  return found;
}
