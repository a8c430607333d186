/** A second version of a route: by header, cookie or weight. */
import type { NamedMatch } from '#ir/types.ts';
import { escapeRe2, re2Error } from '#lib/re2.ts';
import { type AnnotationReader, type KnownNames, type Read, readInt, readPattern, readString } from './value.ts';

/** `condition`: requests that fulfil it. `weight`: `weight` of `total` requests, chosen at random. */
export type Canary =
  | { readonly kind: 'condition'; readonly condition: NamedMatch }
  | { readonly kind: 'weight'; readonly weight: number; readonly total: number };

export const CANARY_NAMES: KnownNames = {
  canary: 'both',
  'canary-by-header': 'both',
  'canary-by-header-value': 'both',
  'canary-by-header-pattern': 'both',
  'canary-by-cookie': 'both',
  'canary-weight': 'both',
  'canary-weight-total': 'both',
};

const DEFAULT_TOTAL = 100;
const readToken = readPattern(/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a header or cookie');

/** `broken`: its regex is refused, so the canary takes no requests at all. Undefined = an ordinary Ingress. */
export function parseCanary(reader: AnnotationReader): Canary | 'broken' | undefined {
  const on = reader.bool('canary');
  const header = reader.get('canary-by-header', readToken)?.toLowerCase();
  const regexes = { refused: false };
  const value = reader.get('canary-by-header-value', regex(regexes));
  const pattern = reader.get('canary-by-header-pattern', regex(regexes));
  const cookie = reader.get('canary-by-cookie', readToken);
  const weight = reader.get('canary-weight', readInt(0));
  const total = reader.get('canary-weight-total', readInt(1));
  if (on !== true) return undefined;
  if (header !== undefined) {
    if (value === undefined && regexes.refused) return 'broken';
    return { kind: 'condition', condition: headerCondition(header, value, pattern) };
  }
  if (cookie !== undefined && value === undefined && pattern === undefined && !regexes.refused) {
    const always = `^(.*?;\\s*)?(${escapeRe2(cookie)}=always)(;.*)?$`;
    return { kind: 'condition', condition: { type: 'regex', name: 'cookie', value: always } };
  }
  return { kind: 'weight', weight: weight ?? 0, total: total ?? DEFAULT_TOTAL };
}

function headerCondition(name: string, value: string | undefined, pattern: string | undefined): NamedMatch {
  if (value !== undefined) return { type: 'regex', name, value: `always|${value}` };
  if (pattern !== undefined) return { type: 'regex', name, value: `.*(?:${pattern}).*` };
  return { type: 'exact', name, value: 'always' };
}

function regex(seen: { refused: boolean }): (text: string) => Read<string> {
  return (text) => {
    const read = readString(text);
    const error = 'value' in read ? re2Error(read.value) : 'it is empty';
    if (error === undefined) return read;
    seen.refused = true;
    return { allowed: `an RE2 regular expression (${error})`, consequence: 'takes no requests by it' };
  };
}
