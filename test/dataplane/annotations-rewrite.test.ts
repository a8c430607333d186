/** Rewrites and redirects by annotation: from the manifest to what the client and the upstream see. */
import { describe, expect } from '@jest/globals';
import { selfSigned } from '#test/certificate.ts';
import { gatewaySuite } from '#test/scenario.ts';

const pair = selfSigned('*.example.com');
const suite = gatewaySuite({ web: ['web'] }, () => [
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'pair' },
    stringData: { 'tls.crt': pair.cert, 'tls.key': pair.key },
  },
]);
const NGINX = 'nginx.ingress.kubernetes.io';

describe('annotations:', () => {
  suite.it(
    'rewrite-target: replaces a prefix and keeps the rest and the query',
    [{ path: '/api', annotations: { 'rewrite-target': '/v2' } }],
    async ({ seen }) => {
      expect((await seen('/api')).path).toBe('/v2');
      expect((await seen('/api/')).path).toBe('/v2/');
      expect((await seen('/api/users?x=1&y=2')).path).toBe('/v2/users?x=1&y=2');
      expect((await seen('/api/users')).headers['x-envoy-original-path']).toBe('/api/users');
    },
  );

  suite.it(
    'rewrite-target: capture groups of a regex path',
    [{ path: '/shop/(v\\d+)/(.*)', annotations: { 'rewrite-target': '/$2/of/$1' } }],
    async ({ seen, ask }) => {
      expect((await seen('/shop/v12/cart?a=b')).path).toBe('/cart/of/v12?a=b');
      expect((await ask('/shop/vx/cart')).status).toBe(404);
    },
  );

  suite.it(
    'rewrite-target: an exact path is replaced as a whole',
    [{ path: '/one', pathType: 'Exact', annotations: { 'rewrite-target': '/two' } }],
    async ({ seen, ask }) => {
      expect((await seen('/one?q=1')).path).toBe('/two?q=1');
      expect((await ask('/one/more')).status).toBe(404);
    },
  );

  suite.it(
    'rewrite-target: the nginx prefix wins, and falls through when its value is invalid',
    [
      { path: '/a', annotations: { [`${NGINX}/rewrite-target`]: '/nginx', 'rewrite-target': '/higress' } },
      { path: '/b', annotations: { [`${NGINX}/rewrite-target`]: 'no path', 'rewrite-target': '/higress' } },
    ],
    async ({ seen, problems }) => {
      expect((await seen('/a')).path).toBe('/nginx');
      expect((await seen('/b')).path).toBe('/higress');
      expect((await problems()).map(({ message }) => message)).toEqual([
        expect.stringContaining(`${NGINX}/rewrite-target: "no path" is not allowed`),
      ]);
    },
  );

  suite.it(
    'rewrite-path: replaces the matched part, and the joint keeps one slash',
    [
      { path: '/old', annotations: { 'rewrite-path': '/new' } },
      { path: '/strip', annotations: { 'rewrite-path': '/' } },
      { path: '/exact', pathType: 'Exact', annotations: { 'rewrite-path': '/other' } },
    ],
    async ({ seen }) => {
      expect((await seen('/old/x?y=z')).path).toBe('/new/x?y=z');
      expect((await seen('/old')).path).toBe('/new');
      expect((await seen('/strip/x')).path).toBe('/x');
      expect((await seen('/strip')).path).toBe('/');
      expect((await seen('/exact')).path).toBe('/other');
    },
  );

  suite.it(
    'rewrite-path: wins over rewrite-target',
    [{ path: '/p', annotations: { 'rewrite-path': '/by-path', 'rewrite-target': '/by-target' } }],
    async ({ seen }) => {
      expect((await seen('/p/q')).path).toBe('/by-path/q');
    },
  );

  suite.it(
    'upstream-vhost: is the Host that the upstream gets',
    [{ annotations: { 'upstream-vhost': 'inner.test:8080' } }],
    async ({ seen, host }) => {
      const { headers } = await seen('/');
      expect(headers.host).toBe('inner.test:8080');
      expect(headers['x-envoy-original-host']).toBe(host);
    },
  );

  suite.it(
    'app-root: answers exactly / with a redirect, on both listeners; the youngest Ingress decides',
    [
      { annotations: { 'app-root': '/first' }, tls: 'pair' },
      { path: '/other', annotations: { 'app-root': '/app?from=root' } },
    ],
    async ({ ask, askTls, host }) => {
      const reply = await ask('/');
      expect([reply.status, reply.headers.location]).toEqual([302, `http://${host}/app?from=root`]);
      const secure = await askTls('/');
      expect([secure.status, secure.headers.location]).toEqual([302, `https://${host}/app?from=root`]);
      expect((await ask('/app')).status).toBe(200);
    },
  );

  for (const name of ['ssl-redirect', 'force-ssl-redirect']) {
    suite.it(
      `${name}: HTTP leads to the same address over HTTPS, which serves`,
      [{ path: '/', annotations: { [name]: 'true' }, tls: 'pair' }],
      async ({ ask, askTls, host, gateway }) => {
        const { port } = new URL(gateway.urls.https);
        const reply = await ask('/a/b?c=d', { host: `${host}:${new URL(gateway.urls.http).port}` });
        expect([reply.status, reply.headers.location]).toEqual([308, `https://${host}:${port}/a/b?c=d`]);
        expect((await askTls('/a/b?c=d')).status).toBe(200);
      },
    );
  }

  suite.it('ssl-redirect: is off when nobody asks for it', [{ tls: 'pair' }], async ({ ask, askTls }) => {
    expect((await ask('/')).status).toBe(200);
    expect((await askTls('/')).status).toBe(200);
  });

  suite.it(
    'temporal-redirect: 302 to scheme, host, path and query of the URL; without a path the own one is kept',
    [
      { path: '/a', annotations: { 'temporal-redirect': 'https://to.test:444/there?x=1' } },
      { path: '/b', annotations: { 'temporal-redirect': 'http://to.test' } },
    ],
    async ({ ask }) => {
      const reply = await ask('/a/deep');
      expect([reply.status, reply.headers.location]).toEqual([302, 'https://to.test:444/there?x=1']);
      expect((await ask('/b/deep?q=1')).headers.location).toBe('http://to.test/b/deep?q=1');
    },
  );

  suite.it(
    'temporal-redirect: wins over permanent-redirect, ssl-redirect and every rewrite',
    [
      {
        annotations: {
          'temporal-redirect': 'https://to.test/t',
          'permanent-redirect': 'https://to.test/p',
          'ssl-redirect': 'true',
          'rewrite-path': '/x',
        },
      },
    ],
    async ({ ask }) => {
      const reply = await ask('/q');
      expect([reply.status, reply.headers.location]).toEqual([302, 'https://to.test/t']);
    },
  );

  suite.it(
    'permanent-redirect: 301 to the URL',
    [{ annotations: { [`${NGINX}/permanent-redirect`]: 'https://to.test/p' } }],
    async ({ ask }) => {
      const reply = await ask('/q');
      expect([reply.status, reply.headers.location]).toEqual([301, 'https://to.test/p']);
    },
  );

  suite.it(
    'permanent-redirect-code: is the status; one that is no redirect counts as absent and is told',
    [
      { path: '/a', annotations: { 'permanent-redirect': 'https://to.test', 'permanent-redirect-code': '307' } },
      { path: '/b', annotations: { 'permanent-redirect': 'https://to.test', 'permanent-redirect-code': '304' } },
    ],
    async ({ ask, problems }) => {
      expect((await ask('/a')).status).toBe(307);
      expect((await ask('/b')).status).toBe(301);
      expect(await problems()).toMatchObject([
        { message: expect.stringContaining('"304" is not allowed'), hint: expect.stringContaining('308') },
      ]);
    },
  );
});
