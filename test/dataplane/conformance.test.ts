/** The conformance list of the contract (control-plane.md, section 15), row by row with manifests of our own; rows of plugins and registries stand with theirs. */

import { type ConnectionOptions, connect } from 'node:tls';
import { describe, expect } from '@jest/globals';
import { selfSigned, tlsSecret } from '#test/certificate.ts';
import { eventually } from '#test/gateway.ts';
import { gatewaySuite, type Scenario } from '#test/scenario.ts';
import { type SendOptions, send } from '#test/send.ts';

const suite = gatewaySuite({ web: ['web'], v1: ['v1'], v2: ['v2'], v3: ['v3'] });

/** The upstream that answered, or the status when none did. */
async function who({ ask }: Scenario, path: string, options: SendOptions = {}): Promise<string | number> {
  const { status, body } = await ask(path, options);
  return status === 200 ? (JSON.parse(body) as { name: string }).name : status;
}

async function each(scenario: Scenario, cases: readonly (readonly [string, SendOptions, string | number])[]) {
  for (const [path, options, expected] of cases) {
    expect({ path, options, answer: await who(scenario, path, options) }).toEqual({ path, options, answer: expected });
  }
}

const header = (name: string, value: string): SendOptions => ({ headers: { [name]: value } });
const CONDITION = { 'exact-match-header-user': 'higress' };

/** The cipher that both sides agree on; undefined when they do not. */
function cipher(port: number, servername: string, options: ConnectionOptions): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false, ...options }, () => {
      resolve(socket.getCipher().name);
      socket.destroy();
    });
    socket.on('error', () => resolve(undefined));
  });
}

describe('conformance:', () => {
  suite.it('HTTPRouteSimpleSameNamespace', [{ path: '/hello', service: 'v1' }], async (scenario) => {
    await each(scenario, [
      ['/hello/world', {}, 'v1'],
      ['/other', {}, 404],
    ]);
  });

  suite.it(
    'HTTPRouteHostNameSameNamespace',
    [
      { path: '/foo', host: 'foo.conf.test', service: 'v1' },
      { path: '/foo', host: 'bar.conf.test', service: 'v2' },
      { path: '/foo', host: '*.bar.conf.test', service: 'v3' },
      { path: '/only', host: 'bar.conf.test', service: 'v1' },
    ],
    async (scenario) => {
      await each(scenario, [
        ['/foo', { host: 'foo.conf.test' }, 'v1'],
        ['/foo', { host: 'bar.conf.test' }, 'v2'],
        ['/only', { host: 'bar.conf.test' }, 'v1'],
        ['/foo', { host: 'any.bar.conf.test' }, 'v3'],
        ['/foo', { host: 'api-bar.conf.test' }, 404],
      ]);
    },
  );

  suite.it(
    'HTTPRouteMatchPath',
    [
      { path: '/foo', pathType: 'Exact', service: 'v1' },
      { path: '/foo/', service: 'v2' },
      { path: '/bar', service: 'v1' },
      { path: '/cat/', service: 'v3' },
    ],
    async (scenario) => {
      await each(scenario, [
        ['/foo', {}, 'v1'],
        ['/foo/', {}, 'v2'],
        ['/foo/x', {}, 'v2'],
        ['/bar', {}, 'v1'],
        ['/bard', {}, 404],
        ['/cat', {}, 'v3'],
        ['/cat/ok', {}, 'v3'],
      ]);
    },
  );

  suite.it(
    'HTTPRouteSameHostAndPath',
    [
      { path: '/', service: 'v1' },
      { path: '/', service: 'v2', annotations: { 'exact-match-header-a': '1' } },
      { path: '/', service: 'v3', annotations: { 'exact-match-header-a': '1', 'exact-match-header-b': '2' } },
      { path: '/', service: 'web', annotations: { 'exact-match-header-a': '1' } },
    ],
    async (scenario) => {
      await each(scenario, [
        ['/', {}, 'v1'],
        ['/', header('a', '1'), 'v2'],
        ['/', { headers: { a: '1', b: '2' } }, 'v3'],
      ]);
    },
  );

  suite.it(
    'HTTPRouteFullPathRegex',
    [
      {
        path: '/foo/[A-Z0-9]{3}',
        pathType: 'ImplementationSpecific',
        service: 'v1',
        annotations: { 'use-regex': 'true' },
      },
      {
        path: '/bar/[A-Z0-9]{3}',
        pathType: 'ImplementationSpecific',
        service: 'v2',
        annotations: { 'use-regex': 'true', 'full-path-regex': 'true' },
      },
    ],
    async (scenario) => {
      await each(scenario, [
        ['/foo/ABC', {}, 'v1'],
        ['/foo/ABCDE/x', {}, 'v1'],
        ['/foo/abc', {}, 404],
        ['/bar/ABC', {}, 'v2'],
        ['/bar/ABCDE', {}, 404],
      ]);
    },
  );

  suite.it(
    'HTTPRouteMatchHeaders',
    [
      {
        service: 'v1',
        annotations: {
          'exact-match-header-a': '1',
          'regex-match-header-b': '[0-9]{3}',
          'prefix-match-header-c': 'pre',
        },
      },
    ],
    async (scenario) => {
      await each(scenario, [
        ['/', { headers: { a: '1', b: '123', c: 'prefix' } }, 'v1'],
        ['/', { headers: { a: '1', b: '12', c: 'prefix' } }, 404],
        ['/', { headers: { a: '1', b: '123' } }, 404],
      ]);
    },
  );

  suite.it(
    'HTTPRouteMatchQueryParams',
    [
      {
        service: 'v1',
        annotations: { 'exact-match-query-a': '1', 'regex-match-query-b': '[0-9]{3}', 'prefix-match-query-c': 'pre' },
      },
    ],
    async (scenario) => {
      await each(scenario, [
        ['/?a=1&b=123&c=prefix', {}, 'v1'],
        ['/?a=1&b=12&c=prefix', {}, 404],
        ['/?a=1&b=123', {}, 404],
      ]);
    },
  );

  suite.it(
    'HTTPRouteMatchMethods',
    [{ service: 'v1', annotations: { 'match-method': 'POST PUT PATCH' } }],
    async (scenario) => {
      await each(scenario, [
        ['/', { method: 'POST' }, 'v1'],
        ['/', { method: 'PUT' }, 'v1'],
        ['/', { method: 'PATCH' }, 'v1'],
        ['/', { method: 'GET' }, 404],
        ['/', { method: 'DELETE' }, 404],
      ]);
    },
  );

  suite.it(
    'HTTPRouteMatchPseudoHeaders',
    [
      {
        host: '*.pseudo.test',
        service: 'v1',
        annotations: { 'exact-match-pseudo-header-authority': 'foo.pseudo.test' },
      },
      { host: '*.pseudo.test', service: 'v2', annotations: { 'regex-match-pseudo-header-authority': 'ba[a-z][.].*' } },
      { host: 'path.pseudo.test', service: 'v3', annotations: { 'prefix-match-pseudo-header-path': '/deep' } },
    ],
    async (scenario) => {
      await each(scenario, [
        ['/', { host: 'foo.pseudo.test' }, 'v1'],
        ['/', { host: 'bar.pseudo.test' }, 'v2'],
        ['/', { host: 'qux.pseudo.test' }, 404],
        ['/deep/x', { host: 'path.pseudo.test' }, 'v3'],
        ['/flat', { host: 'path.pseudo.test' }, 404],
      ]);
    },
  );

  suite.it(
    'HTTPRouteCanaryHeader',
    [
      { path: '/value', pathType: 'Exact', service: 'v1' },
      {
        path: '/value',
        pathType: 'Exact',
        service: 'v2',
        annotations: { canary: 'true', 'canary-by-header': 'traffic', 'canary-by-header-value': 'true' },
      },
      { path: '/pattern', service: 'v1' },
      {
        path: '/pattern',
        service: 'v2',
        annotations: { canary: 'true', 'canary-by-header': 'traffic', 'canary-by-header-pattern': 'gray' },
      },
    ],
    async (scenario) => {
      await each(scenario, [
        ['/value', header('traffic', 'true'), 'v2'],
        ['/value', header('traffic', 'false'), 'v1'],
        ['/value', {}, 'v1'],
        ['/pattern/x', header('traffic', 'is-gray-1'), 'v2'],
        ['/pattern/x', header('traffic', 'blue'), 'v1'],
      ]);
    },
  );

  const canaryHeader = { canary: 'true', 'canary-by-header': 'new' };
  suite.it(
    'HTTPRouteCanaryHeaderWithCustomizedHeader',
    [
      { path: '/lone', service: 'v1', annotations: CONDITION },
      { path: '/lone', service: 'v2', annotations: canaryHeader },
      { path: '/same', service: 'v1', annotations: CONDITION },
      { path: '/same', service: 'v2', annotations: { ...CONDITION, ...canaryHeader } },
    ],
    async (scenario) => {
      await each(scenario, [
        ['/lone', header('new', 'always'), 404],
        ['/lone', header('user', 'higress'), 'v1'],
        ['/same', { headers: { user: 'higress', new: 'always' } }, 'v2'],
        ['/same', header('user', 'higress'), 'v1'],
        ['/same', header('new', 'always'), 404],
      ]);
    },
  );

  suite.it(
    'HTTPRouteCanaryWeight',
    [
      { path: '/never', service: 'v1' },
      { path: '/never', service: 'v2', annotations: { canary: 'true', 'canary-weight': '0' } },
      { path: '/always', service: 'v1' },
      { path: '/always', service: 'v2', annotations: { canary: 'true', 'canary-weight': '100' } },
    ],
    async ({ spread }) => {
      expect(await spread(20, '/never')).toEqual({ v1: 20 });
      expect(await spread(20, '/always')).toEqual({ v2: 20 });
    },
  );

  suite.it('HTTPRouteAppRoot', [{ annotations: { 'app-root': '/foo' } }], async ({ ask, host }) => {
    const { status, headers } = await ask('/');
    expect(status).toBe(302);
    expect(new URL(headers.location ?? '', `http://${host}`).pathname).toBe('/foo');
    expect((await ask('/foo')).status).toBe(200);
  });

  suite.it(
    'HTTPRoutePermanentRedirect, HTTPRoutePermanentRedirectCode, HTTPRouteTemporalRedirect',
    [
      { path: '/301', annotations: { 'permanent-redirect': 'http://bar.com' } },
      { path: '/308', annotations: { 'permanent-redirect': 'http://bar.com', 'permanent-redirect-code': '308' } },
      { path: '/302', annotations: { 'temporal-redirect': 'http://bar.com' } },
    ],
    async ({ ask }) => {
      for (const status of [301, 308, 302]) {
        const reply = await ask(`/${status}`);
        expect([reply.status, reply.headers.location]).toEqual([status, `http://bar.com/${status}`]);
      }
    },
  );

  suite.it(
    'HttpRedirectAsHttps, HttpForceRedirectHttps',
    [
      { path: '/ssl', annotations: { 'ssl-redirect': 'true' }, tls: 'redirected' },
      { path: '/force', annotations: { 'force-ssl-redirect': 'true' }, tls: 'redirected' },
    ],
    async ({ gateway, host, ask, askTls }) => {
      gateway.write('redirected.yaml', tlsSecret('redirected', [host]));
      await eventually('TLS is served', async () => (await askTls('/ssl')).status === 200);
      for (const path of ['/ssl', '/force']) {
        const { status, headers } = await ask(path);
        const to = new URL(headers.location ?? '');
        expect([status, to.protocol, to.hostname, to.pathname]).toEqual([308, 'https:', host, path]);
      }
    },
  );

  suite.it(
    'HTTPRouteRewritePath, HTTPRouteRewriteHost',
    [
      {
        path: '/svc/(.*)',
        pathType: 'ImplementationSpecific',
        annotations: { 'use-regex': 'true', 'rewrite-target': '/$1' },
      },
      { path: '/host', annotations: { 'upstream-vhost': 'inner.test' } },
    ],
    async ({ seen }) => {
      expect((await seen('/svc/foo')).path).toBe('/foo');
      expect((await seen('/host')).headers.host).toBe('inner.test');
    },
  );

  suite.it(
    'HTTPRouteRequestHeaderControl',
    [
      {
        annotations: {
          'request-header-control-add': '|\nadded one\nmore two',
          'request-header-control-update': 'changed new',
          'request-header-control-remove': 'gone',
        },
      },
    ],
    async ({ seen }) => {
      const { headers } = await seen('/', { headers: { changed: 'old', gone: 'x', kept: 'y' } });
      expect(headers).toMatchObject({ added: 'one', more: 'two', changed: 'new', kept: 'y' });
      expect(headers.gone).toBeUndefined();
    },
  );

  suite.it(
    'HTTPRouteResponseHeaderControl',
    [
      {
        annotations: {
          'response-header-control-add': 'added one\nmore two',
          'response-header-control-update': 'content-type text/changed',
          'response-header-control-remove': 'x-envoy-upstream-service-time',
        },
      },
    ],
    async ({ ask }) => {
      const { headers } = await ask();
      expect(headers).toMatchObject({ added: 'one', more: 'two', 'content-type': 'text/changed' });
      expect(headers).not.toHaveProperty('x-envoy-upstream-service-time');
    },
  );

  suite.it(
    'HTTPRouteEnableCors',
    [
      { path: '/off', annotations: { 'enable-cors': 'false' } },
      {
        path: '/on',
        annotations: {
          'enable-cors': 'true',
          'cors-allow-origin': 'https://foo.com',
          'cors-expose-headers': 'X-Answer',
        },
      },
    ],
    async ({ ask }) => {
      const plain = async (path: string, origin: string) => (await ask(path, { headers: { origin } })).headers;
      const preflight = async (path: string, origin: string) => {
        const headers = { origin, 'access-control-request-method': 'GET' };
        return (await ask(path, { method: 'OPTIONS', headers })).status;
      };
      expect(await plain('/off', 'https://foo.com')).not.toHaveProperty('access-control-allow-origin');
      expect(await plain('/on', 'https://foo.com')).toMatchObject({
        'access-control-allow-origin': 'https://foo.com',
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'X-Answer',
      });
      expect(await plain('/on', 'https://other.com')).not.toHaveProperty('access-control-allow-origin');
      for (const path of ['/off', '/on'])
        for (const origin of ['https://foo.com', 'https://other.com']) expect(await preflight(path, origin)).toBe(200);
    },
  );

  suite.it(
    'HTTPRouteEnableIgnoreCase',
    [
      { path: '/Exact', pathType: 'Exact', service: 'v1', annotations: { 'ignore-path-case': 'true' } },
      { path: '/Pre', service: 'v2', annotations: { 'ignore-path-case': 'true' } },
      { path: '/Strict', service: 'v3' },
    ],
    async (scenario) => {
      await each(scenario, [
        ['/eXACT', {}, 'v1'],
        ['/pRE/x', {}, 'v2'],
        ['/strict', {}, 404],
      ]);
    },
  );

  suite.it(
    'HTTPRouteWhitelistSourceRange',
    [
      { path: '/closed', annotations: { 'whitelist-source-range': '10.0.0.0/8' } },
      { path: '/open', annotations: { 'whitelist-source-range': '*' } },
    ],
    async (scenario) => {
      await each(scenario, [
        ['/closed', {}, 403],
        ['/open', {}, 'web'],
      ]);
    },
  );

  suite.it(
    'HttpRouteLimiter',
    [
      { path: '/second', annotations: { 'route-limit-rps': '2', 'route-limit-burst-multiplier': '3' } },
      { path: '/minute', annotations: { 'route-limit-rpm': '4', 'route-limit-burst-multiplier': '2' } },
    ],
    async ({ ask }) => {
      const passed = async (path: string, requests: number) => {
        const statuses = await Promise.all(Array.from({ length: requests }, async () => (await ask(path)).status));
        expect(new Set(statuses)).toEqual(new Set([200, 429]));
        return statuses.filter((status) => status === 200).length;
      };
      expect(await passed('/minute', 30)).toBe(8);
      expect(await passed('/second', 30)).toBeGreaterThanOrEqual(6);
    },
  );

  suite.it('HttpTimeout', [{ annotations: { timeout: '1' } }], async ({ ask }) => {
    expect((await ask('/well')).status).toBe(200);
    expect((await ask('/ill', header('x-echo-hang', '1'))).status).toBe(504);
  });

  suite.it(
    'HTTPRouteDefaultBackend',
    [{ path: '/foo', service: 'non-existent', annotations: { 'default-backend': 'v1' } }],
    async (scenario) => {
      await each(scenario, [['/foo', {}, 'v1']]);
    },
  );

  suite.it(
    'HTTPRouteMirrorTargetService',
    [{ path: '/mirrored', service: 'v1', annotations: { 'mirror-target-service': 'v2:80' } }],
    async (scenario) => {
      await each(scenario, [['/mirrored', {}, 'v1']]);
      const { host } = scenario;
      const copies = () => suite.arrived.filter(({ name, headers }) => name === 'v2' && headers.host?.startsWith(host));
      await eventually('the copy arrives', () => copies().length === 1);
    },
  );

  suite.it(
    'HTTPRouteDownstreamEncryption',
    [
      { host: 'mutual.conf.test', annotations: { 'auth-tls-secret': 'default/mutual' }, tls: 'mutual' },
      { host: 'one.conf.test', annotations: { 'ssl-cipher': 'ECDHE-ECDSA-AES128-GCM-SHA256' }, tls: 'one' },
      {
        host: 'two.conf.test',
        annotations: { 'ssl-cipher': 'ECDHE-ECDSA-AES128-GCM-SHA256,ECDHE-ECDSA-AES256-GCM-SHA384' },
        tls: 'two',
      },
    ],
    async ({ gateway }) => {
      const client = selfSigned('client.test');
      const secrets = [
        tlsSecret('mutual', ['mutual.conf.test'], { 'ca.crt': client.cert }),
        tlsSecret('one', ['one.conf.test']),
        tlsSecret('two', ['two.conf.test']),
      ];
      gateway.write('encryption.yaml', secrets.join('\n---\n'));
      const port = Number(new URL(gateway.urls.https).port);
      const host = 'mutual.conf.test';
      const asked = () => send(port, '/', { host, sni: host, clientCertificate: client }).catch(() => undefined);
      await eventually('the certificate of the client is taken', async () => (await asked())?.status === 200);
      await expect(send(port, '/', { host, sni: host })).rejects.toThrow();
      const stranger = selfSigned('client.test');
      await expect(send(port, '/', { host, sni: host, clientCertificate: stranger })).rejects.toThrow();

      const AES128 = 'ECDHE-ECDSA-AES128-GCM-SHA256';
      const AES256 = 'ECDHE-ECDSA-AES256-GCM-SHA384';
      const tls12 = (ciphers: string) => ({ ciphers, maxVersion: 'TLSv1.2' as const });
      expect(await cipher(port, 'one.conf.test', tls12(AES128))).toBe(AES128);
      expect(await cipher(port, 'one.conf.test', tls12(AES256))).toBeUndefined();
      expect(await cipher(port, 'two.conf.test', tls12(AES256))).toBe(AES256);
      expect(await cipher(port, 'one.conf.test', { minVersion: 'TLSv1.3' })).toMatch(/^TLS_/);
    },
  );

  suite.it(
    'HTTPHttpsWithoutSni',
    [
      { host: '*', path: '/no-sni', service: 'v1', tls: 'star' },
      { host: 'named.sni.test', path: '/no-sni', service: 'v2', tls: 'named' },
    ],
    async ({ gateway }) => {
      gateway.write(
        'sni.yaml',
        [tlsSecret('star', ['star.test']), tlsSecret('named', ['named.sni.test'])].join('\n---\n'),
      );
      const port = Number(new URL(gateway.urls.https).port);
      const asked = async (host: string, sni: string) => {
        const { status, body } = await send(port, '/no-sni', { host, sni });
        return status === 200 ? (JSON.parse(body) as { name: string }).name : status;
      };
      await eventually('TLS without a name', async () => (await asked('any.sni.test', '')) === 'v1');
      expect(await asked('named.sni.test', '')).toBe('v2');
      expect(await asked('named.sni.test', 'named.sni.test')).toBe('v2');
    },
  );

  suite.it(
    'HTTPRouteExactDomainFallback',
    [
      { host: 'www.fall.test', path: '/own', service: 'v1' },
      { host: '*.fall.test', path: '/foo', service: 'v2' },
    ],
    async (scenario) => {
      await each(scenario, [
        ['/own', { host: 'www.fall.test' }, 'v1'],
        ['/foo', { host: 'www.fall.test' }, 'v2'],
        ['/own', { host: 'other.fall.test' }, 404],
      ]);
    },
  );
});
