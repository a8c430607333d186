/** A gateway with every kind of condition that routes can have, and requests over it. */
import fc from 'fast-check';
import { selfSigned } from '#test/certificate.ts';
import { ingressYaml, serviceYaml } from '#test/echo.ts';

const H = 'higress.io';
/** Every answer tells who gave it. */
const TELL = { [`${H}/response-header-control-update`]: 'x-route %ROUTE_NAME%\nx-cluster %UPSTREAM_CLUSTER%' };

interface Case {
  readonly name: string;
  readonly host: string;
  readonly path: string;
  readonly type?: 'Exact' | 'Prefix' | 'ImplementationSpecific';
  readonly service?: string;
  readonly notes?: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  { name: 'root', host: 'a.test', path: '/' },
  { name: 'exact', host: 'a.test', path: '/exact', type: 'Exact', service: 'two' },
  { name: 'foo', host: 'a.test', path: '/foo' },
  { name: 'foo-bar', host: 'a.test', path: '/foo/bar', service: 'two' },
  { name: 'foo-post', host: 'a.test', path: '/foo', service: 'two', notes: { [`${H}/match-method`]: 'POST PUT' } },
  { name: 'foo-get', host: 'a.test', path: '/foo/bar', notes: { [`${H}/match-method`]: 'GET' } },
  { name: 'case', host: 'a.test', path: '/Case', notes: { [`${H}/ignore-path-case`]: 'true' } },
  { name: 'regex', host: 'a.test', path: '/re/[0-9]+', notes: { [`${H}/use-regex`]: 'true' } },
  {
    name: 'regex-full',
    host: 'a.test',
    path: '/full/([a-z]+|1)',
    service: 'two',
    notes: { [`${H}/full-path-regex`]: 'true' },
  },
  {
    name: 'head-exact',
    host: 'a.test',
    path: '/h',
    service: 'two',
    notes: { [`${H}/exact-match-header-x-user`]: 'ann' },
  },
  { name: 'head-prefix', host: 'a.test', path: '/h', notes: { [`${H}/prefix-match-header-x-user`]: 'a' } },
  {
    name: 'head-regex',
    host: 'a.test',
    path: '/h',
    notes: { [`${H}/regex-match-header-x-user`]: '[0-9]+', [`${H}/exact-match-header-x-kind`]: 'k' },
  },
  { name: 'query-exact', host: 'a.test', path: '/q', service: 'two', notes: { [`${H}/exact-match-query-id`]: '1' } },
  { name: 'query-prefix', host: 'a.test', path: '/q', notes: { [`${H}/prefix-match-query-id`]: 'a' } },
  {
    name: 'query-regex',
    host: 'a.test',
    path: '/q',
    service: 'two',
    notes: { [`${H}/regex-match-query-n`]: '[0-9]*' },
  },
  {
    name: 'proto',
    host: 'a.test',
    path: '/proto',
    service: 'two',
    notes: { [`${H}/exact-match-header-x-forwarded-proto`]: 'http' },
  },
  {
    name: 'authority',
    host: '*.b.test',
    path: '/',
    service: 'two',
    notes: { [`${H}/prefix-match-pseudo-header-authority`]: 'v1.' },
  },
  { name: 'wild', host: '*.b.test', path: '/foo' },
  { name: 'wild-far', host: '*.c.b.test', path: '/bar', service: 'two' },
  { name: 'in-wild', host: 'x.c.b.test', path: '/exact', type: 'Exact' },
  { name: 'canary-base', host: 'c.test', path: '/' },
  {
    name: 'canary-head',
    host: 'c.test',
    path: '/',
    service: 'two',
    notes: { [`${H}/canary`]: 'true', [`${H}/canary-by-header`]: 'x-canary', [`${H}/canary-by-header-value`]: 'yes' },
  },
  {
    name: 'canary-cookie',
    host: 'c.test',
    path: '/',
    service: 'two',
    notes: { [`${H}/canary`]: 'true', [`${H}/canary-by-cookie`]: 'pick' },
  },
  { name: 'weight-base', host: 'c.test', path: '/w' },
  {
    name: 'weight',
    host: 'c.test',
    path: '/w',
    service: 'two',
    notes: { [`${H}/canary`]: 'true', [`${H}/canary-weight`]: '40' },
  },
  { name: 'gone', host: 'c.test', path: '/gone', notes: { [`${H}/permanent-redirect`]: 'https://new.test/there' } },
  { name: 'app', host: 'd.test', path: '/app', notes: { [`${H}/app-root`]: '/app/home' } },
  { name: 'secure', host: 's.test', path: '/', notes: { [`${H}/ssl-redirect`]: 'true' } },
  { name: 'secure-wild', host: '*.s.test', path: '/foo', service: 'two' },
  { name: 'rewrite', host: 'd.test', path: '/old/(.*)', notes: { [`${H}/rewrite-target`]: '/new/$1' } },
];

const TLS_HOSTS: Readonly<Record<string, readonly string[]>> = { secure: ['s.test'], 'secure-wild': ['*.s.test'] };

/** `catchAll`: one Ingress more, which takes what no host names. */
export function explainManifests(ports: { readonly one: number; readonly two: number }, catchAll: boolean): string {
  const pair = selfSigned('s.test', '*.s.test');
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'pair', namespace: 'default' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': pair.cert, 'tls.key': pair.key },
  };
  const ingresses = CASES.map(({ name, host, path, type, service = 'one', notes }) => {
    const yaml = ingressYaml(name, host, path, service, { ...TELL, ...notes }).replace(
      'pathType: Prefix',
      `pathType: ${type ?? 'Prefix'}`,
    );
    const tls = TLS_HOSTS[name];
    return tls === undefined ? yaml : `${yaml}  tls: [{ hosts: ${JSON.stringify(tls)}, secretName: pair }]\n`;
  });
  const all = catchAll ? [ingressYaml('all', '', '/any', 'one', TELL)] : [];
  return [
    serviceYaml('one', ports.one),
    serviceYaml('two', ports.two),
    JSON.stringify(secret),
    ...ingresses,
    ...all,
  ].join('\n---\n');
}

export interface Sent {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  /** With query. */
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Server name of the handshake, when it is another one than the host. */
  readonly sni?: string;
}

export function asked({ scheme, host, path, method, headers, sni }: Sent): {
  url: string;
  method: string;
  headers: string[];
} {
  const all = { ...headers, ...(sni === undefined ? {} : { host }) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return { url: `${scheme}://${sni ?? host}${path}`, method, headers: lines };
}

const HOSTS = [
  ...[
    'a.test',
    'A.TEST:8080',
    'b.test',
    'y.b.test',
    'v1.b.test',
    'V1.b.test',
    'v1.c.b.test',
    'x.c.b.test',
    'y.c.b.test:1',
    'x.x.c.b.test',
  ],
  ...['c.test', 'd.test', 's.test', 'u.s.test', 'u.u.s.test', 'nowhere.test', '127.0.0.1', 'a.test.', '[::1]:80'],
];
const SEGMENTS = [
  ...[
    'foo',
    'FOO',
    'foobar',
    'bar',
    'exact',
    'case',
    'CASE',
    'h',
    'q',
    're',
    'full',
    'any',
    'w',
    'gone',
    'app',
    'old',
    'abc',
    '1',
    '42',
  ],
  ...['.', '..', '', '%66oo', 'fo%6F', '%2e%2E', 'a%2Fb', '%zz', 'x;y=1', "it's", '%C3%A4'],
];
const QUERIES = ['id=1', 'id=2', 'id=abc', 'n=7', 'n=', 'n', 'id=%31', 'id=1&id=2', 'id', 'x=a/../b', ''];

export const sentRequests: fc.Arbitrary<Sent> = fc
  .record({
    host: fc.constantFrom(...HOSTS),
    segments: fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 4 }),
    slash: fc.boolean(),
    queries: fc.array(fc.constantFrom(...QUERIES), { maxLength: 3 }),
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'),
    user: fc.constantFrom(undefined, 'ann', 'al', '123', 'bob', ''),
    kind: fc.constantFrom(undefined, 'k'),
    canary: fc.constantFrom(undefined, 'yes', 'no'),
    cookie: fc.constantFrom(undefined, 'pick=always', 'a=b; pick=always', 'pick=never'),
    scheme: fc.constantFrom('http' as const, 'http' as const, 'https' as const),
  })
  .map(({ host, segments, slash, queries, method, user, kind, canary, cookie, scheme }) => {
    const path = `/${segments.join('/')}${slash ? '/' : ''}`;
    const headers = { 'x-user': user, 'x-kind': kind, 'x-canary': canary, cookie };
    const given = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    );
    const query = queries.length === 0 ? '' : `?${queries.join('&')}`;
    return { scheme, host, path: `${path}${query}`, method, headers: Object.fromEntries(given) };
  });

/** One of each kind, so that none is left to chance. */
export const CHOSEN: readonly Sent[] = [
  ...[
    '/',
    '/exact',
    '/exact/',
    '/foo',
    '/foobar',
    '/foo/bar',
    '/foo/barn',
    '/cAsE/x',
    '/re/12',
    '/re/12/x',
    '/re/x',
    '/full/abc',
    '/full/abc/',
    '/full/1',
  ].map(get('a.test')),
  ...[
    '/foo/../exact',
    '/./exact',
    '/%65xact',
    '/foo/%2e%2e/exact',
    '/foo/..',
    '//exact',
    '/foo%2Fbar',
    '/foo?x=/../',
    '/q?id=1',
    '/q?id=a1',
    '/q?id=%31',
    '/q?n',
    '/q?id=2&id=1',
  ].map(get('a.test')),
  { ...get('a.test')('/foo'), method: 'POST' },
  { ...get('a.test')('/foo/bar'), method: 'PUT' },
  { ...get('a.test')('/h'), headers: { 'x-user': 'ann' } },
  { ...get('a.test')('/h'), headers: { 'x-user': 'al' } },
  { ...get('a.test')('/h'), headers: { 'x-user': '12', 'x-kind': 'k' } },
  { ...get('a.test')('/h'), headers: { 'x-user': '12' } },
  ...['/foo', '/x'].map(get('v1.b.test')),
  ...['/foo', '/bar', '/exact'].map(get('x.c.b.test')),
  ...['/foo', '/bar'].map(get('v1.c.b.test')),
  get('b.test')('/foo'),
  { ...get('c.test')('/'), headers: { 'x-canary': 'yes' } },
  { ...get('c.test')('/'), headers: { cookie: 'pick=always' } },
  ...['/', '/w', '/w/x', '/gone', '/gone?x=1'].map(get('c.test')),
  ...['/', '/app', '/old/a/b'].map(get('d.test')),
  ...['/', '/x?y=1'].map(get('s.test')),
  { ...get('s.test')('/x'), scheme: 'https' },
  { ...get('u.s.test')('/foo'), scheme: 'https' },
  { ...get('u.u.s.test')('/foo'), scheme: 'https' },
  { ...get('a.test')('/foo'), scheme: 'https' },
  { ...get('u.s.test')('/foo'), scheme: 'https', sni: 's.test' },
  { ...get('a.test')('/foo'), scheme: 'https', sni: 's.test' },
  get('a.test')('/proto'),
  { ...get('a.test')('/proto'), headers: { 'x-forwarded-proto': 'https' } },
  get('nowhere.test')('/any/x'),
];

function get(host: string): (path: string) => Sent {
  return (path) => ({ scheme: 'http', host, path, method: 'GET', headers: {} });
}

/** Names that clients may send; the edge takes some of them away. */
export const EDGE_HEADERS: readonly string[] = [
  ...['x-mse-consumer', 'x-hi-original-auth', 'x-higress-chain', 'x-higress-route', 'x-higress-egress-cluster'],
  ...[
    'x-higress-llm-model',
    'x-real-ip',
    'x-user',
    'x-envoy-anything',
    'x-envoy-original-path',
    'x-envoy-attempt-count',
    'x-envoy-original-host',
  ],
  ...['decorator-operation', 'downstream-service-cluster', 'downstream-service-node', 'retriable-status-codes'].map(
    envoys,
  ),
  ...['retriable-header-names', 'retry-on', 'retry-grpc-on', 'max-retries', 'upstream-alt-stat-name'].map(envoys),
  ...['upstream-rq-timeout-ms', 'upstream-rq-per-try-timeout-ms', 'hedge-on-per-try-timeout'].map(envoys),
  ...['upstream-rq-timeout-alt-response', 'force-trace', 'ip-tags', 'original-url'].map(envoys),
];

function envoys(name: string): string {
  return `x-envoy-${name}`;
}
