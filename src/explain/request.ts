/** The request that is asked about, as the routes of the gateway see it: after Envoy's edge has taken away and put in what it does. */
import { isIP } from 'node:net';
import { INTERNAL_HEADERS } from '#xds/build/options.ts';
import { normalizePath, percent } from './normalize-path.ts';

export interface RequestFacts {
  readonly scheme: 'http' | 'https';
  /** `Host` as sent, with its port. */
  readonly authority: string;
  /** Lower case, without port: what virtual hosts are chosen by. */
  readonly hostName: string;
  /** Server name of the TLS handshake; undefined without TLS, and for addresses, which clients do not send. */
  readonly sni: string | undefined;
  readonly method: string;
  /** Normalised path with the query as sent. */
  readonly target: string;
  /** Normalised path without the query. */
  readonly path: string;
  /** First value by name, not decoded: Envoy compares them as sent. */
  readonly query: ReadonlyMap<string, string>;
  /** By name in lower case; several values of a name joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface RequestInput {
  readonly url: string;
  readonly method?: string;
  /** `name: value` each. */
  readonly headers?: readonly string[];
}

/** What was asked for is no request; the message says why. */
export class RequestError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RequestError';
  }
}

const URL_PARTS = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^@/?#]*@)?([^/?#]*)([^?#]*)(\?[^#]*)?/i;
/** What Envoy takes from clients besides, at the edge: they could steer retries and timeouts. */
const ENVOY_HEADERS = new Set(
  [
    'decorator-operation downstream-service-cluster downstream-service-node retriable-status-codes retriable-header-names retry-on',
    'retry-grpc-on max-retries upstream-alt-stat-name upstream-rq-timeout-ms upstream-rq-per-try-timeout-ms hedge-on-per-try-timeout',
    'upstream-rq-timeout-alt-response expected-rq-timeout-ms force-trace ip-tags original-url original-path original-host internal external-address',
  ]
    .flatMap((line) => line.split(' '))
    .map((name) => `x-envoy-${name}`),
);
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** Not URL of Node, which would normalise the path in a way of its own. Throws RequestError. */
export function parseRequest(input: RequestInput): RequestFacts {
  const [, given = 'http', host = '', rawPath = '', query = ''] = URL_PARTS.exec(input.url) ?? [];
  const scheme = given.toLowerCase();
  if (scheme !== 'http' && scheme !== 'https')
    throw new RequestError(`"${input.url}" is not of http or https; write for example https://shop.example.com/cart`);
  if (host === '')
    throw new RequestError(`"${input.url}" names no host; write for example http://shop.example.com/cart`);
  const sent = headersOf(input.headers ?? []);
  const authority = sent.get('host') ?? host;
  const name = hostNameOf(host);
  const path = normalizePath(rawPath === '' ? '/' : rawPath);
  const method = (input.method ?? 'GET').toUpperCase();
  if (!TOKEN.test(method)) throw new RequestError(`"${input.method}" is no method; write for example -X POST`);
  for (const header of [...sent.keys()]) if (atEdge(header)) sent.delete(header);
  sent.delete('host');
  sent.set('x-forwarded-proto', scheme);
  return {
    scheme,
    authority,
    hostName: hostNameOf(authority),
    sni: scheme === 'https' && isIP(name.replace(/^\[|\]$/g, '')) === 0 ? name : undefined,
    method,
    target: `${path}${query.replace(/[^\x21-\x7e]/gu, percent)}`,
    path,
    query: queryOf(query),
    headers: sent,
  };
}

/** Lower case, without port; brackets of IPv6 stay. */
export function hostNameOf(authority: string): string {
  const colon = authority.lastIndexOf(':');
  const port = colon >= 0 && colon > authority.lastIndexOf(']');
  return (port ? authority.slice(0, colon) : authority).toLowerCase();
}

function headersOf(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (!TOKEN.test(name))
      throw new RequestError(
        `header "${line}" cannot be read; write it as -H 'name: value', for example -H 'x-user: 1'`,
      );
    const value = line.slice(colon + 1).trim();
    const known = headers.get(name);
    headers.set(name, known === undefined || name === 'host' ? value : `${known},${value}`);
  }
  return headers;
}

/** Clients cannot set these: the edge removes them. */
function atEdge(name: string): boolean {
  return INTERNAL_HEADERS.includes(name) || ENVOY_HEADERS.has(name);
}

function queryOf(query: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const part of query.slice(1).split('&')) {
    if (part === '') continue;
    const equal = part.indexOf('=');
    const name = equal < 0 ? part : part.slice(0, equal);
    if (!out.has(name)) out.set(name, equal < 0 ? '' : part.slice(equal + 1));
  }
  return out;
}
