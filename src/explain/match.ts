/** Whether a request meets the conditions of a route, as Envoy decides it, and if not, which it misses. */
import type { NamedMatch, PathMatch, RouteMatch, StringMatch } from '#ir/types.ts';
import { re2FullMatch } from '#lib/re2.ts';
import type { RequestFacts } from './request.ts';

/** One condition that does not hold. */
export interface Mismatch {
  readonly part: 'path' | 'method' | 'header' | 'query';
  /** For people: `header x-user is "2", not "1"`. */
  readonly because: string;
}

/** Every condition that does not hold, the path first; none = the route matches. */
export function mismatches(match: RouteMatch, request: RequestFacts): readonly Mismatch[] {
  // Routes have a path each, and a CONNECT request has none.
  if (request.method === 'CONNECT') return [{ part: 'method', because: 'CONNECT is not served' }];
  const out: Mismatch[] = [];
  if (!pathMatches(match.path, request.path))
    out.push({ part: 'path', because: `path ${request.path} ${notPath(match.path)}` });
  const methods = match.methods ?? [];
  if (methods.length > 0 && !methods.includes(request.method))
    out.push({ part: 'method', because: `method ${request.method} is not ${methods.join(' or ')}` });
  for (const header of match.headers ?? []) {
    const missed = missing(`header ${header.name}`, header, headerOf(header.name, request));
    if (missed !== undefined) out.push({ part: 'header', because: missed });
  }
  for (const parameter of match.query ?? []) {
    const missed = missing(`query parameter ${parameter.name}`, parameter, request.query.get(parameter.name));
    if (missed !== undefined) out.push({ part: 'query', because: missed });
  }
  return out;
}

export function pathMatches({ type, value, ignoreCase }: PathMatch, path: string): boolean {
  const fold = (text: string) => (ignoreCase === true ? asciiLower(text) : text);
  switch (type) {
    case 'exact':
      return fold(path) === fold(value);
    case 'prefix':
      return fold(path).startsWith(fold(value));
    case 'segments': {
      const whole = value.replace(/\/+$/, '');
      return fold(path).startsWith(fold(whole)) && (path.length === whole.length || path[whole.length] === '/');
    }
    case 'regex':
      return re2FullMatch(ignoreCase === true ? `(?i)${value}` : value, path);
  }
}

/** The conditions in words: `path /cart and everything below`, `method GET`. */
export function matchInWords(match: RouteMatch): string[] {
  return [
    `path ${pathInWords(match.path)}`,
    ...(match.methods === undefined || match.methods.length === 0 ? [] : [`method ${match.methods.join(' or ')}`]),
    ...(match.headers ?? []).map((header) => named('header', header)),
    ...(match.query ?? []).map((parameter) => named('query parameter', parameter)),
    ...(match.chosenBy === undefined ? [] : [`a plugin of the route sets header ${match.chosenBy}`]),
    ...(match.shareUpTo === undefined ? [] : [`of what comes here up to ${match.shareUpTo / 10_000} %, by chance`]),
  ];
}

export function pathInWords({ type, value, ignoreCase }: PathMatch): string {
  const caseless = ignoreCase === true ? ', whatever its case' : '';
  switch (type) {
    case 'exact':
      return `exactly ${value}${caseless}`;
    case 'prefix':
      return value === '/' ? 'any' : `beginning with ${value}${caseless}`;
    case 'segments':
      return `${value} and below${caseless}`;
    case 'regex':
      return `like ${value}${caseless}`;
  }
}

function named(what: string, { name, ...match }: NamedMatch): string {
  return `${what} ${name} ${wanted(match)}`;
}

function wanted({ type, value }: StringMatch): string {
  switch (type) {
    case 'exact':
      return `"${value}"`;
    case 'prefix':
      return value === '' ? 'present' : `beginning with "${value}"`;
    case 'regex':
      return `like ${value}`;
  }
}

function notPath({ type, value }: PathMatch): string {
  switch (type) {
    case 'exact':
      return `is not exactly ${value}`;
    case 'prefix':
      return `does not begin with ${value}`;
    case 'segments':
      return `is neither ${value} nor below it`;
    case 'regex':
      return `is not like ${value}`;
  }
}

function missing(what: string, match: StringMatch, got: string | undefined): string | undefined {
  if (got === undefined) return `${what} is not there (wanted: ${wanted(match)})`;
  return stringMatches(match, got) ? undefined : `${what} is "${got}" (wanted: ${wanted(match)})`;
}

function stringMatches({ type, value }: StringMatch, text: string): boolean {
  switch (type) {
    case 'exact':
      return text === value;
    case 'prefix':
      return text.startsWith(value);
    case 'regex':
      return re2FullMatch(value, text);
  }
}

function headerOf(name: string, request: RequestFacts): string | undefined {
  switch (name.toLowerCase()) {
    case ':method':
      return request.method;
    case ':path':
      return request.target;
    case ':scheme':
      return request.scheme;
    case ':authority':
    case 'host':
      return request.authority;
    default:
      return request.headers.get(name.toLowerCase());
  }
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
