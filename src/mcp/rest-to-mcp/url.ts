/** URLs that templates made. The path keeps the escapes it was written with; only what HTTP cannot carry is escaped. */
import { encodeForm, formPairs, type QueryPair } from '#plugin-sdk/query.ts';
import { ToolError } from './errors.ts';

export interface TargetUrl {
  /** Absent when the URL has no scheme or no host: then the authority of the client's request stays. */
  readonly authority: string | undefined;
  /** With a leading slash, without query. */
  readonly path: string;
  /** Decoded, in order of appearance. */
  readonly query: readonly QueryPair[];
}

const PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?/s;
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(?::\d+)?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const CONTROL = /[\u0000-\u001f\u007f]/;
const WRONG_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const NOT_IN_PATHS = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/%[\]]+/g;

/** Throws ToolError. A fragment is dropped: it never goes over the wire. */
export function parseUrl(text: string): TargetUrl {
  if (CONTROL.test(text)) throw new ToolError('error parsing URL: it has control characters');
  const [, scheme, host = '', path = '', query = ''] = PARTS.exec(text) ?? [];
  if (WRONG_ESCAPE.test(path)) throw new ToolError('error parsing URL: its path has a wrong percent escape');
  const authority = scheme === undefined ? '' : host.slice(host.lastIndexOf('@') + 1);
  if (authority !== '' && !AUTHORITY.test(authority)) throw new ToolError('error parsing URL: its host is not valid');
  return {
    authority: authority === '' ? undefined : authority,
    path: escaped(path.startsWith('/') ? path : `/${path}`),
    query: formPairs(query),
  };
}

/** The pairs with others put in place of those that have their name, new ones at the end. */
export function setPairs(pairs: readonly QueryPair[], set: readonly QueryPair[]): QueryPair[] {
  const names = new Set(set.map(({ name }) => name));
  return [...pairs.filter(({ name }) => !names.has(name)), ...set];
}

/** Names sorted by their bytes; values of one name keep their order. */
export function sortedForm(pairs: readonly QueryPair[]): string {
  return [...pairs]
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
    .map(({ name, value }) => `${encodeForm(name)}=${encodeForm(value)}`)
    .join('&');
}

function escaped(path: string): string {
  return path.replaceAll(NOT_IN_PATHS, (part) => encodeURIComponent(part.toWellFormed()));
}
