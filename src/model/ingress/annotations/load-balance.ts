/** How requests are spread over the instances of a Service. Cookie affinity beats upstream-hash-by, that beats load-balance. */
import type { HashPolicy, LoadBalancing } from '#ir/types.ts';
import { type AnnotationReader, type KnownNames, type Read, readPath, readPattern } from './value.ts';

export interface LoadBalancePolicy {
  readonly loadBalancing: LoadBalancing;
  /** What a ring hash is computed of, on every route to the Service. */
  readonly hash?: readonly HashPolicy[];
}

export const LOAD_BALANCE_NAMES: KnownNames = {
  'load-balance': 'both',
  'upstream-hash-by': 'both',
  affinity: 'both',
  'affinity-mode': 'both',
  'affinity-canary-behavior': 'both',
  'session-cookie-name': 'both',
  'session-cookie-path': 'both',
  'session-cookie-max-age': 'both',
  'session-cookie-expires': 'both',
};

const DEFAULT_COOKIE = 'INGRESSCOOKIE';
const POLICIES: Readonly<Record<string, LoadBalancing['type']>> = {
  round_robin: 'round_robin',
  least_conn: 'least_request',
  least_request: 'least_request',
  random: 'random',
  passthrough: 'passthrough',
};

const readCookieName = readPattern(/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a cookie');

export function parseLoadBalance(reader: AnnotationReader): LoadBalancePolicy | undefined {
  const hash = cookieHash(reader);
  const by = reader.get('upstream-hash-by', readHash);
  const plain = reader.get('load-balance', readPolicy);
  if (hash !== undefined) return { loadBalancing: { type: 'ring_hash' }, hash };
  if (by !== undefined) return { loadBalancing: { type: 'ring_hash' }, hash: by };
  if (plain !== undefined) return { loadBalancing: { type: plain } };
  // An invalid value still makes a policy, and so keeps younger Ingresses from making one.
  const present = reader.has('load-balance') || reader.has('upstream-hash-by');
  return present ? { loadBalancing: { type: 'round_robin' } } : undefined;
}

function cookieHash(reader: AnnotationReader): HashPolicy[] | undefined {
  const affinity = reader.string('affinity');
  const name = reader.get('session-cookie-name', readCookieName);
  const path = reader.get('session-cookie-path', readPath);
  const maxAge = reader.int('session-cookie-max-age', 0);
  const expires = reader.int('session-cookie-expires', 0);
  if (affinity === undefined && name === undefined && path === undefined) return undefined;
  const ttlMs = (maxAge ?? expires ?? 0) * 1000;
  return [{ type: 'cookie', name: name ?? DEFAULT_COOKIE, path: path ?? '/', ttlMs }];
}

function readPolicy(text: string): Read<LoadBalancing['type']> {
  const value = POLICIES[text.trim().toLowerCase()];
  return value === undefined ? { allowed: Object.keys(POLICIES).join(', ') } : { value };
}

function readHash(text: string): Read<readonly HashPolicy[]> {
  const name = text.trim();
  if (name === '$request_uri') return { value: [{ type: 'header', name: ':path' }] };
  if (name === '$host') return { value: [{ type: 'header', name: ':authority' }] };
  if (name === '$remote_addr') return { value: [{ type: 'sourceAddress' }] };
  const header = /^\$http_([\w-]+)$/.exec(name)?.[1]?.toLowerCase();
  if (header !== undefined) {
    // nginx writes x-user as $http_x_user; the header may really have either form.
    const names = [...new Set([header, header.replaceAll('_', '-')])];
    return { value: names.map((one) => ({ type: 'header', name: one })) };
  }
  const argument = /^\$arg_([\w.~-]+)$/.exec(name)?.[1];
  if (argument !== undefined) return { value: [{ type: 'query', name: argument }] };
  return { allowed: '$request_uri, $host, $remote_addr, $http_HEADER, $arg_PARAMETER' };
}
