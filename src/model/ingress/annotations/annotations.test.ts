/** One row of the annotation tables, one test: `annotations: KEY: what`. */
import { describe, expect, it } from '@jest/globals';
import { type IngressAnnotations, parseAnnotations } from './index.ts';

const N = 'nginx.ingress.kubernetes.io/';
const H = 'higress.io/';

/** Keys without a slash get the prefix `higress.io/`. */
function parse(annotations: Readonly<Record<string, string>>) {
  const full = Object.entries(annotations).map(([key, value]) => [key.includes('/') ? key : H + key, value]);
  return parseAnnotations({
    kind: 'Ingress',
    apiVersion: 'networking.k8s.io/v1',
    metadata: { name: 'web', namespace: 'shop', labels: {}, annotations: Object.fromEntries(full) },
  });
}

type Row = readonly [
  key: string,
  what: string,
  given: Readonly<Record<string, string>>,
  read: (annotations: IngressAnnotations) => unknown,
  expected: unknown,
  reasons?: readonly string[],
];

const INVALID = ['AnnotationInvalid'];

function rows(list: readonly Row[]): void {
  it.each(list.map((row) => [row[0], row[1], row] as const))('annotations: %s: %s', (_key, _what, row) => {
    const { annotations, problems } = parse(row[2]);
    expect(row[3](annotations)).toEqual(row[4]);
    expect(problems.map(({ reason }) => reason)).toEqual(row[5] ?? []);
  });
}

describe('values', () => {
  const regex = (a: IngressAnnotations) => a.matching.useRegex;
  rows([
    ...['1', 't', 'T', 'TRUE', 'true', 'True'].map(
      (v): Row => ['bool', `${v} is true`, { 'use-regex': v }, regex, true],
    ),
    ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map(
      (v): Row => ['bool', `${v} is false`, { 'use-regex': v }, regex, false],
    ),
    ['bool', 'yes is invalid', { 'use-regex': 'yes' }, regex, false, INVALID],
    ['int', 'a sign is allowed', { timeout: '+5' }, (a) => a.timeoutMs, 5000],
    ['int', 'a space is not', { timeout: ' 5' }, (a) => a.timeoutMs, undefined, INVALID],
    ['string', 'is trimmed', { 'upstream-vhost': ' a.test \n' }, (a) => a.rewrite.host, 'a.test'],
    ['string', 'empty is invalid', { 'upstream-vhost': ' ' }, (a) => a.rewrite.host, undefined, INVALID],
    [
      'prefix',
      'the nginx one wins',
      { [`${N}upstream-vhost`]: 'n.test', 'upstream-vhost': 'h.test' },
      (a) => a.rewrite.host,
      'n.test',
    ],
    [
      'prefix',
      'an invalid nginx value falls through',
      { [`${N}canary-weight`]: 'many', 'canary-weight': '7', canary: 'true' },
      (a) => a.canary,
      { kind: 'weight', weight: 7, total: 100 },
      INVALID,
    ],
    [
      'prefix',
      'H-only names have no nginx form',
      { [`${N}timeout`]: '5' },
      (a) => a.timeoutMs,
      undefined,
      ['AnnotationUnknown'],
    ],
  ]);

  it('an invalid value names key, value and what is allowed', () => {
    const [problem] = parse({ 'proxy-ssl-verify': 'true' }).problems;
    expect(problem).toMatchObject({
      severity: 'error',
      reason: 'AnnotationInvalid',
      value: 'true',
      hint: 'allowed: on or off',
      origin: { kind: 'Ingress', namespace: 'shop', name: 'web', path: `metadata.annotations["${H}proxy-ssl-verify"]` },
    });
    expect(problem?.message).toContain(`${H}proxy-ssl-verify: "true"`);
  });
});

describe('matching', () => {
  const headers = (a: IngressAnnotations) => a.matching.headers;
  const query = (a: IngressAnnotations) => a.matching.query;
  rows([
    ['use-regex', 'on', { [`${N}use-regex`]: 'true' }, (a) => a.matching.useRegex, true],
    ['full-path-regex', 'on', { 'full-path-regex': 'true' }, (a) => a.matching.fullPathRegex, true],
    ['ignore-path-case', 'on', { 'ignore-path-case': 'true' }, (a) => a.matching.ignoreCase, true],
    [
      'match-method',
      'any case, once each',
      { 'match-method': 'post GET Post' },
      (a) => a.matching.methods,
      ['GET', 'POST'],
    ],
    [
      'match-method',
      'unknown words are dropped',
      { 'match-method': 'GET FLY' },
      (a) => a.matching.methods,
      ['GET'],
      INVALID,
    ],
    ['match-method', 'none valid: no condition', { 'match-method': 'FLY' }, (a) => a.matching.methods, [], INVALID],
    [
      'exact-match-header',
      'literal',
      { 'exact-match-header-X-User': 'bob' },
      headers,
      [{ type: 'exact', name: 'x-user', value: 'bob' }],
    ],
    [
      'prefix-match-header',
      'prefix',
      { 'prefix-match-header-x-user': 'b' },
      headers,
      [{ type: 'prefix', name: 'x-user', value: 'b' }],
    ],
    [
      'regex-match-header',
      'RE2',
      { 'regex-match-header-x-user': 'b.b' },
      headers,
      [{ type: 'regex', name: 'x-user', value: 'b.b' }],
    ],
    [
      'exact-match-pseudo-header',
      'authority',
      { 'exact-match-pseudo-header-authority': 'a.test' },
      headers,
      [{ type: 'exact', name: ':authority', value: 'a.test' }],
    ],
    [
      'exact-match-pseudo-header',
      'unknown name is invalid',
      { 'exact-match-pseudo-header-port': '80' },
      headers,
      [],
      INVALID,
    ],
    [
      'prefix-match-query',
      'keeps the case of the name',
      { 'prefix-match-query-userId': '1' },
      query,
      [{ type: 'prefix', name: 'userId', value: '1' }],
    ],
    [
      'exact-match-query',
      'several must all hold',
      { 'exact-match-query-b': '2', 'regex-match-query-a': '1+' },
      query,
      [
        { type: 'regex', name: 'a', value: '1+' },
        { type: 'exact', name: 'b', value: '2' },
      ],
    ],
    [
      'exact-match-header',
      'beats prefix and regex for the same header',
      { 'regex-match-header-u': 'r', 'prefix-match-header-u': 'p', 'exact-match-header-u': 'e' },
      headers,
      [{ type: 'exact', name: 'u', value: 'e' }],
      ['AnnotationInvalid', 'AnnotationInvalid'],
    ],
    [
      'regex-match-header',
      'refused by RE2: no routes',
      { 'regex-match-header-u': '(' },
      (a) => a.matching.broken,
      true,
      INVALID,
    ],
  ]);
});

describe('rewrite and redirect', () => {
  const rewrite = (a: IngressAnnotations) => a.rewrite;
  const url = (a: IngressAnnotations) => a.redirect.url;
  rows([
    ['rewrite-target', 'plain path', { 'rewrite-target': '/x' }, rewrite, { target: '/x' }],
    ['rewrite-target', '$1 becomes \\1', { [`${N}rewrite-target`]: '/x/$1/$2' }, rewrite, { target: '/x/\\1/\\2' }],
    ['rewrite-target', 'no path', { 'rewrite-target': 'https://a.test' }, rewrite, {}, INVALID],
    [
      'rewrite-path',
      'beside rewrite-target, which is kept as written',
      { 'rewrite-path': '/y', 'rewrite-target': '/$1' },
      rewrite,
      { path: '/y', target: '/$1' },
    ],
    ['rewrite-path', 'must begin with a slash', { 'rewrite-path': 'y' }, rewrite, {}, INVALID],
    ['upstream-vhost', 'host', { 'upstream-vhost': 'up.test' }, rewrite, { host: 'up.test' }],
    ['app-root', 'path', { 'app-root': '/start' }, (a) => a.redirect.appRoot, '/start'],
    ['ssl-redirect', 'default is off', {}, (a) => a.redirect.https, false],
    ['ssl-redirect', 'on', { 'ssl-redirect': 'true' }, (a) => a.redirect.https, true],
    ['force-ssl-redirect', 'on', { [`${N}force-ssl-redirect`]: 'true' }, (a) => a.redirect.https, true],
    [
      'temporal-redirect',
      '302, wins over permanent',
      { 'temporal-redirect': 'https://t.test/a?b=c', 'permanent-redirect': 'https://p.test' },
      url,
      { type: 'redirect', status: 302, scheme: 'https', host: 't.test', path: '/a?b=c' },
    ],
    [
      'permanent-redirect',
      '301, without path keeps the path',
      { 'permanent-redirect': 'http://p.test:8080' },
      url,
      { type: 'redirect', status: 301, scheme: 'http', host: 'p.test', port: 8080 },
    ],
    ['permanent-redirect', 'no URL', { 'permanent-redirect': '/x' }, url, undefined, INVALID],
    [
      'permanent-redirect',
      'nginx variables',
      { 'permanent-redirect': 'https://a.test$request_uri' },
      url,
      undefined,
      INVALID,
    ],
    [
      'permanent-redirect-code',
      '308',
      { 'permanent-redirect': 'http://p.test/', 'permanent-redirect-code': '308' },
      url,
      { type: 'redirect', status: 308, scheme: 'http', host: 'p.test', path: '/' },
    ],
    [
      'permanent-redirect-code',
      '305 is refused, 301 is used',
      { 'permanent-redirect': 'http://p.test/', 'permanent-redirect-code': '305' },
      url,
      { type: 'redirect', status: 301, scheme: 'http', host: 'p.test', path: '/' },
      INVALID,
    ],
  ]);
});

describe('canary', () => {
  const canary = (a: IngressAnnotations) => a.canary;
  const on = { canary: 'true' };
  rows([
    ['canary', 'off', { canary: 'false', 'canary-weight': '5' }, canary, undefined],
    [
      'canary-by-header',
      'equals always',
      { ...on, 'canary-by-header': 'X-Beta' },
      canary,
      { kind: 'condition', condition: { type: 'exact', name: 'x-beta', value: 'always' } },
    ],
    [
      'canary-by-header-value',
      'always or the value',
      { ...on, 'canary-by-header': 'x', 'canary-by-header-value': 'v\\d', 'canary-by-header-pattern': 'p' },
      canary,
      { kind: 'condition', condition: { type: 'regex', name: 'x', value: 'always|v\\d' } },
    ],
    [
      'canary-by-header-pattern',
      'anywhere in the value',
      { ...on, 'canary-by-header': 'x', 'canary-by-header-pattern': 'a|b' },
      canary,
      { kind: 'condition', condition: { type: 'regex', name: 'x', value: '.*(?:a|b).*' } },
    ],
    [
      'canary-by-cookie',
      'cookie is always',
      { ...on, 'canary-by-cookie': 'beta' },
      canary,
      { kind: 'condition', condition: { type: 'regex', name: 'cookie', value: '^(.*?;\\s*)?(beta=always)(;.*)?$' } },
    ],
    [
      'canary-by-cookie',
      'the header condition comes first',
      { ...on, 'canary-by-cookie': 'beta', 'canary-by-header': 'x' },
      canary,
      { kind: 'condition', condition: { type: 'exact', name: 'x', value: 'always' } },
    ],
    [
      'canary-weight',
      'ignored beside a header',
      { ...on, 'canary-by-header': 'x', 'canary-weight': '50' },
      canary,
      { kind: 'condition', condition: { type: 'exact', name: 'x', value: 'always' } },
    ],
    ['canary-weight', 'of 100', { ...on, 'canary-weight': '20' }, canary, { kind: 'weight', weight: 20, total: 100 }],
    [
      'canary-weight-total',
      'denominator',
      { ...on, 'canary-weight': '2', 'canary-weight-total': '10' },
      canary,
      { kind: 'weight', weight: 2, total: 10 },
    ],
    [
      'canary-weight-total',
      '0 is invalid',
      { ...on, 'canary-weight': '2', 'canary-weight-total': '0' },
      canary,
      { kind: 'weight', weight: 2, total: 100 },
      INVALID,
    ],
    [
      'canary-by-header-value',
      'a regex that RE2 refuses takes no requests',
      { ...on, 'canary-by-header': 'x', 'canary-by-header-value': '(' },
      canary,
      'broken',
      INVALID,
    ],
  ]);
});

describe('cors', () => {
  const cors = (a: IngressAnnotations) => a.cors;
  const on = { 'enable-cors': 'true' };
  const origins = (a: IngressAnnotations) => a.cors?.origins;
  rows([
    ['enable-cors', 'off by default', { 'cors-allow-origin': 'https://a.test' }, cors, undefined],
    [
      'enable-cors',
      'defaults',
      on,
      cors,
      {
        origins: [{ type: 'any' }],
        methods: ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'],
        headers: expect.arrayContaining(['DNT', 'X-CustomHeader', 'Authorization']),
        exposeHeaders: [],
        credentials: true,
        maxAgeSeconds: 1_728_000,
      },
    ],
    [
      'cors-allow-origin',
      'list with wildcard host, scheme kept',
      { ...on, 'cors-allow-origin': 'https://a.test, http://*.foo.com' },
      origins,
      [
        { type: 'exact', value: 'https://a.test' },
        { type: 'regex', value: 'http://.*\\.foo\\.com' },
      ],
    ],
    [
      'cors-allow-origin',
      '* anywhere is all',
      { ...on, 'cors-allow-origin': 'https://a.test,*' },
      origins,
      [{ type: 'any' }],
    ],
    ['cors-allow-origin', 'other patterns', { ...on, 'cors-allow-origin': '*.foo.com' }, origins, [], INVALID],
    [
      'cors-allow-methods',
      'list',
      { ...on, 'cors-allow-methods': 'GET, POST' },
      (a) => a.cors?.methods,
      ['GET', 'POST'],
    ],
    ['cors-allow-headers', 'list', { ...on, 'cors-allow-headers': 'X-A' }, (a) => a.cors?.headers, ['X-A']],
    ['cors-expose-headers', 'list', { ...on, 'cors-expose-headers': 'X-B' }, (a) => a.cors?.exposeHeaders, ['X-B']],
    ['cors-allow-credentials', 'off', { ...on, 'cors-allow-credentials': 'false' }, (a) => a.cors?.credentials, false],
    ['cors-max-age', 'seconds', { ...on, 'cors-max-age': '60' }, (a) => a.cors?.maxAgeSeconds, 60],
  ]);
});

describe('timeouts, retries, limits', () => {
  const retry = (a: IngressAnnotations) => a.retry;
  const limit = (a: IngressAnnotations) => a.rateLimit;
  rows([
    ['timeout', 'seconds', { timeout: '3' }, (a) => a.timeoutMs, 3000],
    ['timeout', '0 is none', { timeout: '0' }, (a) => a.timeoutMs, undefined],
    ['proxy-next-upstream', 'absent', {}, retry, undefined],
    ['proxy-next-upstream-tries', 'number', { 'proxy-next-upstream-tries': '5' }, retry, { attempts: 5, on: ['5xx'] }],
    [
      'proxy-next-upstream-tries',
      '0 disables',
      { 'proxy-next-upstream-tries': '0' },
      retry,
      { attempts: 0, on: ['5xx'] },
    ],
    [
      'proxy-next-upstream-timeout',
      'for one try',
      { 'proxy-next-upstream-timeout': '2' },
      retry,
      { attempts: 3, on: ['5xx'], perTryTimeoutMs: 2000 },
    ],
    [
      'proxy-next-upstream',
      'failures',
      { 'proxy-next-upstream': 'error,timeout' },
      retry,
      { attempts: 3, on: ['5xx'] },
    ],
    [
      'proxy-next-upstream',
      'codes, by spaces',
      { 'proxy-next-upstream': 'http_503 http_404' },
      retry,
      { attempts: 3, on: [], codes: [404, 503] },
    ],
    [
      'proxy-next-upstream',
      'non_idempotent',
      { 'proxy-next-upstream': 'error,non_idempotent' },
      retry,
      { attempts: 3, on: ['5xx'], nonIdempotent: true },
    ],
    ['proxy-next-upstream', 'off', { 'proxy-next-upstream': 'off' }, retry, { attempts: 0, on: [] }],
    [
      'proxy-next-upstream',
      'unknown words are dropped',
      { 'proxy-next-upstream': 'rain' },
      retry,
      { attempts: 3, on: [] },
      INVALID,
    ],
    ['route-limit-rpm', 'per minute', { 'route-limit-rpm': '60' }, limit, { fill: 60, intervalMs: 60_000, burst: 300 }],
    ['route-limit-rps', 'per second', { 'route-limit-rps': '10' }, limit, { fill: 10, intervalMs: 1000, burst: 50 }],
    [
      'route-limit-rps',
      'ignored beside rpm',
      { 'route-limit-rps': '10', 'route-limit-rpm': '60' },
      limit,
      { fill: 60, intervalMs: 60_000, burst: 300 },
    ],
    [
      'route-limit-burst-multiplier',
      'size of the bucket',
      { 'route-limit-rps': '10', 'route-limit-burst-multiplier': '2' },
      limit,
      { fill: 10, intervalMs: 1000, burst: 20 },
    ],
    ['route-limit-rps', '0 is invalid', { 'route-limit-rps': '0' }, limit, undefined, INVALID],
  ]);
});

describe('access and headers', () => {
  const access = (a: IngressAnnotations) => a.ipAccess;
  const headers = (a: IngressAnnotations) => a.headers;
  rows([
    [
      'whitelist-source-range',
      'addresses and blocks',
      { [`${N}whitelist-source-range`]: '10.0.0.0/8, ::1' },
      access,
      { allow: ['10.0.0.0/8', '::1'] },
    ],
    ['whitelist-source-range', '* is all', { 'whitelist-source-range': '10.0.0.0/8,*' }, access, undefined],
    ['allowlist-source-range', 'synonym', { 'allowlist-source-range': '1.2.3.4' }, access, { allow: ['1.2.3.4'] }],
    ['denylist-source-range', 'keeps out', { 'denylist-source-range': '1.2.3.4' }, access, { deny: ['1.2.3.4'] }],
    [
      'whitelist-source-range',
      'invalid entries are dropped',
      { 'whitelist-source-range': '10.0.0.0/8,home' },
      access,
      { allow: ['10.0.0.0/8'] },
      INVALID,
    ],
    [
      'whitelist-source-range',
      'no valid entry lets nobody in',
      { 'whitelist-source-range': 'home' },
      access,
      { allow: [] },
      ['AnnotationInvalid', 'AccessClosed'],
    ],
    [
      'auth-type',
      'is refused, never open',
      { 'auth-type': 'basic', 'auth-secret': 'x' },
      (a) => a.refuse,
      true,
      ['AnnotationNotSupported'],
    ],
    [
      'request-header-control-add',
      'lines, quotes, last line wins',
      { 'request-header-control-add': 'x-a one\n\'x-b\' "two words"\nx-a three' },
      headers,
      {
        request: {
          add: [
            { name: 'x-a', value: 'three' },
            { name: 'x-b', value: 'two words' },
          ],
        },
      },
    ],
    [
      'request-header-control-update',
      'format operators stay',
      { 'request-header-control-update': 'x-from %REQ(x-a)%' },
      headers,
      { request: { set: [{ name: 'x-from', value: '%REQ(x-a)%' }] } },
    ],
    [
      'request-header-control-remove',
      'list',
      { 'request-header-control-remove': 'X-A, x-b' },
      headers,
      { request: { remove: ['x-a', 'x-b'] } },
    ],
    [
      'response-header-control-add',
      'answers',
      { 'response-header-control-add': 'x-a 1' },
      headers,
      { response: { add: [{ name: 'x-a', value: '1' }] } },
    ],
    [
      'response-header-control-update',
      'answers',
      { 'response-header-control-update': 'x-a 1' },
      headers,
      { response: { set: [{ name: 'x-a', value: '1' }] } },
    ],
    [
      'response-header-control-remove',
      'answers',
      { 'response-header-control-remove': 'server' },
      headers,
      { response: { remove: ['server'] } },
    ],
    [
      'request-header-control-add',
      'a line without value is skipped',
      { 'request-header-control-add': 'x-a\nx-b 1' },
      headers,
      { request: { add: [{ name: 'x-b', value: '1' }] } },
      INVALID,
    ],
  ]);
});

describe('upstreams', () => {
  const upstream = (a: IngressAnnotations) => a.upstream;
  const lb = (a: IngressAnnotations) => a.loadBalance;
  const ring = (...hash: readonly unknown[]) => ({ loadBalancing: { type: 'ring_hash' }, hash });
  const cookie = (more: object) => ({ type: 'cookie', name: 'INGRESSCOOKIE', path: '/', ttlMs: 0, ...more });
  const policies = {
    round_robin: 'round_robin',
    least_conn: 'least_request',
    RANDOM: 'random',
    passthrough: 'passthrough',
    least_request: 'least_request',
  };
  rows([
    [
      'backend-protocol',
      'HTTP',
      { 'backend-protocol': 'HTTP', 'proxy-ssl-verify': 'on' },
      upstream,
      { protocol: 'http1' },
    ],
    ['backend-protocol', 'http2, any case', { [`${N}backend-protocol`]: 'http2' }, upstream, { protocol: 'http2' }],
    ['backend-protocol', 'GRPC', { 'backend-protocol': 'GRPC' }, upstream, { protocol: 'http2' }],
    [
      'backend-protocol',
      'HTTPS',
      { 'backend-protocol': 'HTTPS' },
      upstream,
      { protocol: 'http1', tls: { verify: false } },
    ],
    [
      'backend-protocol',
      'GRPCS',
      { 'backend-protocol': 'GRPCS' },
      upstream,
      { protocol: 'http2', tls: { verify: false } },
    ],
    ['backend-protocol', 'unknown', { 'backend-protocol': 'FCGI' }, upstream, undefined, INVALID],
    [
      'proxy-ssl-secret',
      'with namespace',
      { 'backend-protocol': 'HTTPS', 'proxy-ssl-secret': 'other/cert' },
      upstream,
      { protocol: 'http1', tls: { verify: false, secret: { namespace: 'other', name: 'cert' } } },
    ],
    [
      'proxy-ssl-secret',
      'own namespace',
      { 'backend-protocol': 'HTTPS', 'proxy-ssl-secret': 'cert', 'proxy-ssl-verify': 'on' },
      upstream,
      { protocol: 'http1', tls: { verify: true, secret: { namespace: 'shop', name: 'cert' } } },
    ],
    [
      'proxy-ssl-name',
      'unused while server-name is off',
      { 'backend-protocol': 'HTTPS', 'proxy-ssl-name': 's.test' },
      upstream,
      { protocol: 'http1', tls: { verify: false } },
    ],
    [
      'proxy-ssl-server-name',
      'sends the name',
      { 'backend-protocol': 'HTTPS', 'proxy-ssl-name': 's.test', 'proxy-ssl-server-name': 'on' },
      upstream,
      { protocol: 'http1', tls: { verify: false, name: 's.test' } },
    ],
    [
      'proxy-ssl-verify',
      'only on and off',
      { 'backend-protocol': 'HTTPS', 'proxy-ssl-verify': 'yes' },
      upstream,
      { protocol: 'http1', tls: { verify: false } },
      INVALID,
    ],
    ...Object.entries(policies).map(
      ([value, type]): Row => ['load-balance', value, { 'load-balance': value }, lb, { loadBalancing: { type } }],
    ),
    [
      'load-balance',
      'unknown keeps round robin',
      { 'load-balance': 'best' },
      lb,
      { loadBalancing: { type: 'round_robin' } },
      INVALID,
    ],
    [
      'upstream-hash-by',
      '$request_uri',
      { 'upstream-hash-by': '$request_uri' },
      lb,
      ring({ type: 'header', name: ':path' }),
    ],
    ['upstream-hash-by', '$host', { 'upstream-hash-by': '$host' }, lb, ring({ type: 'header', name: ':authority' })],
    ['upstream-hash-by', '$remote_addr', { 'upstream-hash-by': '$remote_addr' }, lb, ring({ type: 'sourceAddress' })],
    [
      'upstream-hash-by',
      '$http_',
      { 'upstream-hash-by': '$http_x_user' },
      lb,
      ring({ type: 'header', name: 'x_user' }, { type: 'header', name: 'x-user' }),
    ],
    ['upstream-hash-by', '$arg_', { [`${N}upstream-hash-by`]: '$arg_id' }, lb, ring({ type: 'query', name: 'id' })],
    [
      'upstream-hash-by',
      'others: round robin',
      { 'upstream-hash-by': 'host' },
      lb,
      { loadBalancing: { type: 'round_robin' } },
      INVALID,
    ],
    [
      'upstream-hash-by',
      'beats load-balance',
      { 'upstream-hash-by': '$host', 'load-balance': 'random' },
      lb,
      ring({ type: 'header', name: ':authority' }),
    ],
    [
      'affinity',
      'cookie, beats upstream-hash-by',
      { affinity: 'cookie', 'upstream-hash-by': '$host' },
      lb,
      ring(cookie({})),
    ],
    [
      'affinity-mode',
      'accepted, no effect',
      { affinity: 'cookie', 'affinity-mode': 'persistent', 'affinity-canary-behavior': 'sticky' },
      lb,
      ring(cookie({})),
    ],
    [
      'session-cookie-name',
      'name',
      { affinity: 'cookie', 'session-cookie-name': 'sid' },
      lb,
      ring(cookie({ name: 'sid' })),
    ],
    [
      'session-cookie-path',
      'path',
      { affinity: 'cookie', 'session-cookie-path': '/app' },
      lb,
      ring(cookie({ path: '/app' })),
    ],
    [
      'session-cookie-max-age',
      'beats expires',
      { affinity: 'cookie', 'session-cookie-max-age': '5', 'session-cookie-expires': '9' },
      lb,
      ring(cookie({ ttlMs: 5000 })),
    ],
    [
      'session-cookie-expires',
      'seconds',
      { affinity: 'cookie', 'session-cookie-expires': '9' },
      lb,
      ring(cookie({ ttlMs: 9000 })),
    ],
  ]);
});

describe('mirror, downstream TLS, destination', () => {
  const mirror = (a: IngressAnnotations) => a.mirror;
  const tls = (a: IngressAnnotations) => a.downstreamTls;
  const destination = (a: IngressAnnotations) => a.destination;
  rows([
    [
      'mirror-target-service',
      'all requests',
      { 'mirror-target-service': 'copy' },
      mirror,
      { percent: 100, target: { type: 'service', service: { namespace: 'shop', name: 'copy' } } },
    ],
    [
      'mirror-target-service',
      'namespace and port',
      { 'mirror-target-service': 'b/copy:81' },
      mirror,
      { percent: 100, target: { type: 'service', service: { namespace: 'b', name: 'copy' }, port: 81 } },
    ],
    [
      'mirror-percentage',
      'a share',
      { 'mirror-target-service': 'copy', 'mirror-percentage': '5' },
      (a) => a.mirror?.percent,
      5,
    ],
    [
      'mirror-percentage',
      '100 and more is all',
      { 'mirror-target-service': 'copy', 'mirror-percentage': '500' },
      (a) => a.mirror?.percent,
      100,
    ],
    [
      'mirror-target-fqdn',
      'wins over the service',
      { 'mirror-target-service': 'copy', 'mirror-target-fqdn': 'c.static' },
      mirror,
      { percent: 100, target: { type: 'host', host: 'c.static', port: 80 } },
    ],
    [
      'mirror-target-fqdn-port',
      'port',
      { 'mirror-target-fqdn': 'c.static', 'mirror-target-fqdn-port': '81' },
      mirror,
      { percent: 100, target: { type: 'host', host: 'c.static', port: 81 } },
    ],
    [
      'auth-tls-secret',
      'reference',
      { 'auth-tls-secret': 'shop/ca' },
      tls,
      { clientSecret: { namespace: 'shop', name: 'ca' } },
    ],
    [
      'auth-tls-secret',
      'unreadable is not the same as absent',
      { 'auth-tls-secret': 'a b' },
      tls,
      { clientSecret: 'invalid' },
      INVALID,
    ],
    ['ssl-cipher', 'colons and commas', { 'ssl-cipher': 'A:B,C' }, tls, { ciphers: ['A', 'B', 'C'] }],
    ['tls-min-protocol-version', 'version', { 'tls-min-protocol-version': 'TLSv1.2' }, tls, { minVersion: 'TLSv1_2' }],
    ['tls-max-protocol-version', 'version', { 'tls-max-protocol-version': 'TLSv1.3' }, tls, { maxVersion: 'TLSv1_3' }],
    ['tls-min-protocol-version', 'unknown', { 'tls-min-protocol-version': 'SSLv3' }, tls, undefined, INVALID],
    [
      'destination',
      'one line is everything',
      { destination: '30% a.static:80' },
      destination,
      [{ host: 'a.static', port: 80, weight: 100 }],
    ],
    [
      'destination',
      'weights, blank lines, subset',
      { destination: '\n 70%  a.dns v1\n\n30% b.svc.x.svc.cluster.local:81 \n' },
      destination,
      [
        { host: 'a.dns', weight: 70, subset: 'v1' },
        { host: 'b.svc.x.svc.cluster.local', port: 81, weight: 30 },
      ],
    ],
    [
      'destination',
      'weights are rescaled, the first takes the rest',
      { destination: 'a.static\nb.static\nc.static' },
      destination,
      [
        { host: 'a.static', weight: 34 },
        { host: 'b.static', weight: 33 },
        { host: 'c.static', weight: 33 },
      ],
      ['WeightsRescaled'],
    ],
    [
      'destination',
      'weight 0 is kept',
      { destination: '100% a.static\n0% b.static' },
      destination,
      [
        { host: 'a.static', weight: 100 },
        { host: 'b.static', weight: 0 },
      ],
    ],
    [
      'destination',
      'colons of a Dubbo name are no port',
      { destination: 'providers:x.Y:1.0.0:dev.G.ns.nacos' },
      destination,
      [{ host: 'providers:x.Y:1.0.0:dev.G.ns.nacos', weight: 100 }],
    ],
    [
      'destination',
      'a version at the end is no port',
      { destination: 'providers:x:1.0.0:20' },
      destination,
      [{ host: 'providers:x:1.0.0:20', weight: 100 }],
    ],
    [
      'destination',
      'unreadable weight: none of it counts',
      { destination: 'x% a.static\nb.static' },
      destination,
      'invalid',
      INVALID,
    ],
    ['destination', 'only blank lines', { destination: ' \n ' }, destination, 'invalid', INVALID],
  ]);
});

describe('what is not read', () => {
  const reasons = (annotations: Record<string, string>) => parse(annotations).problems.map(({ reason }) => reason);

  it.each(['rpc-destination-name', 'mcp-server', 'mcp-server-upstream-type'])(
    'annotations: %s: said to be not supported',
    (name) => expect(reasons({ [name]: 'x' })).toEqual(['AnnotationNotSupported']),
  );

  it.each(['server-snippet', 'configuration-snippet', 'limit-rps', 'proxy-body-size', 'auth-url'])(
    'annotations: %s: nginx only, said to be not supported',
    (name) => expect(reasons({ [N + name]: 'x' })).toEqual(['AnnotationNotSupported']),
  );

  it.each(['enable-rewrite', 'enable-header-control', 'comment', 'resource-description', 'wasm-plugin-title'])(
    'annotations: %s: mark of the console, silent',
    (name) => expect(reasons({ [name]: 'x', [`disabled.${H}rewrite-path`]: '/x' })).toEqual([]),
  );

  it('annotations: unknown: the nearest name is offered', () => {
    const { problems } = parse({ [`${N}rewrite-taget`]: '/x', 'example.com/other': 'x' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      severity: 'warning',
      reason: 'AnnotationUnknown',
      hint: `did you mean "${H}rewrite-target"?`,
    });
  });
});
