/** Which requests a path takes besides its path: case, methods, headers, query parameters. */
import type { NamedMatch } from '#ir/types.ts';
import { kept } from '#lib/kept.ts';
import { re2Error } from '#lib/re2.ts';
import { type AnnotationReader, HIGRESS_PREFIX, type KnownNames } from './value.ts';

export interface Matching {
  readonly useRegex: boolean;
  readonly fullPathRegex: boolean;
  readonly ignoreCase: boolean;
  /** Sorted, upper case; empty = any. */
  readonly methods: readonly string[];
  /** Sorted by name. */
  readonly headers: readonly NamedMatch[];
  readonly query: readonly NamedMatch[];
  /** A condition cannot be checked: without it the routes would take too much, so there are none. */
  readonly broken: boolean;
}

export const MATCHING_NAMES: KnownNames = {
  'use-regex': 'both',
  'full-path-regex': 'higress',
  'ignore-path-case': 'both',
  'match-method': 'higress',
};

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']);
const KINDS = ['exact', 'prefix', 'regex'] as const;
const CONDITION = /^higress\.io\/(exact|prefix|regex)-match-(pseudo-header|header|query)-(.+)$/;
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const PSEUDO = new Set(['authority', 'path', 'method', 'scheme']);

/** True for keys such as `higress.io/exact-match-header-x-user`. */
export function isMatchCondition(key: string): boolean {
  return CONDITION.test(key);
}

export function parseMatching(reader: AnnotationReader): Matching {
  const found = { headers: new Map<string, NamedMatch>(), query: new Map<string, NamedMatch>() };
  let broken = false;
  for (const [key, text] of Object.entries(reader.object.metadata.annotations).sort(byKind)) {
    const parts = CONDITION.exec(key);
    if (parts === null) continue;
    const type = parts[1] as (typeof KINDS)[number];
    const name = conditionName(parts[2]!, parts[3]!);
    const value = text.trim();
    const target = parts[2] === 'query' ? found.query : found.headers;
    if (name === undefined || value === '') {
      reader.invalid(key, text, name === undefined ? 'the name of a header at the end of the key' : 'a text');
      continue;
    }
    const error = type === 'regex' ? re2Error(value) : undefined;
    if (error !== undefined) {
      broken = true;
      reader.invalid(key, value, `an RE2 regular expression (${error})`, 'has no routes, as they would match too much');
    } else if (target.has(name)) {
      reader.report(key, 'AnnotationInvalid', `${key}: ${name} has a condition of another kind already, which counts`, {
        severity: 'warning',
        hint: 'exact wins over prefix, prefix over regex; write one of them',
      });
    } else {
      target.set(name, { type, name, value });
    }
  }
  return {
    useRegex: reader.bool('use-regex') ?? false,
    fullPathRegex: reader.bool('full-path-regex', 'higress') ?? false,
    ignoreCase: reader.bool('ignore-path-case') ?? false,
    methods: kept(methods(reader)),
    headers: kept(sorted(found.headers)),
    query: kept(sorted(found.query)),
    broken,
  };
}

function methods(reader: AnnotationReader): string[] {
  const key = `${HIGRESS_PREFIX}match-method`;
  const text = reader.string('match-method', 'higress');
  if (text === undefined) return [];
  const words = text.toUpperCase().split(/\s+/);
  const unknown = words.filter((word) => !METHODS.has(word));
  if (unknown.length > 0) {
    reader.invalid(key, unknown.join(' '), [...METHODS].join(' '), 'works as if these methods were not listed');
  }
  return [...new Set(words.filter((word) => METHODS.has(word)))].sort();
}

function conditionName(place: string, name: string): string | undefined {
  if (place === 'query') return name;
  const lower = name.toLowerCase();
  if (place === 'pseudo-header') return PSEUDO.has(lower) ? `:${lower}` : undefined;
  return TOKEN.test(name) ? lower : undefined;
}

/** Exact conditions are read first, then prefixes, then regexes: the first for a name counts. */
function byKind([a]: readonly [string, string], [b]: readonly [string, string]): number {
  const rank = (key: string) => KINDS.findIndex((kind) => key.startsWith(`${HIGRESS_PREFIX}${kind}-`));
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

function sorted(found: ReadonlyMap<string, NamedMatch>): NamedMatch[] {
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
