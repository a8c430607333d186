/** Timeouts, retries, limits and load balancing by annotation, seen by the client and the upstreams. */
import { describe, expect } from '@jest/globals';
import { ingressYaml } from '#test/echo.ts';
import { eventually } from '#test/gateway.ts';
import { gatewaySuite } from '#test/scenario.ts';

const instances = ['one', 'two', 'three'];
const services = Object.fromEntries(
  ['plain', 'robin', 'least', 'chance', 'through', 'wrong', 'path', 'host', 'source', 'header', 'query', 'no-hash']
    .concat(['sticky', 'named', 'expiring', 'both', 'first', 'changing'])
    .map((name) => [name, instances]),
);
const suite = gatewaySuite({ web: ['web'], ...services });
const cluster = (service: string) => `outbound|80||${service}.default.svc.cluster.local`;
const HANG = { 'x-echo-hang': '1' };
const down = (fails: number, status = 503) => ({ 'x-echo-status': String(status), 'x-echo-fails': String(fails) });

/** The same upstream answers each of some requests. */
async function sameFor(
  spread: (n: number, path: string, options: object) => Promise<Record<string, number>>,
  path: string,
  options: object,
) {
  const names = Object.keys(await spread(5, path, options));
  expect(names).toHaveLength(1);
  return names[0];
}

describe('annotations:', () => {
  suite.it(
    'timeout: 504 after that many seconds; 0 is none',
    [
      { path: '/a', annotations: { timeout: '1' } },
      { path: '/b', annotations: { timeout: '0' } },
    ],
    async ({ ask }) => {
      const reply = await ask('/a', { headers: HANG });
      expect([reply.status, reply.body]).toEqual([504, 'upstream request timeout']);
      expect((await ask('/b')).status).toBe(200);
    },
  );

  suite.it(
    'proxy-next-upstream-tries: so often a failed request is tried again; 0 never',
    [
      { path: '/two', annotations: { 'proxy-next-upstream-tries': '2' } },
      { path: '/none', annotations: { 'proxy-next-upstream-tries': '0' } },
    ],
    async ({ ask, arrived }) => {
      expect((await ask('/two/well', { headers: down(2) })).status).toBe(200);
      expect((await ask('/two/ill', { headers: down(9) })).status).toBe(503);
      expect((await ask('/none', { headers: down(1) })).status).toBe(503);
      expect([arrived('/two/well'), arrived('/two/ill'), arrived('/none')].map(({ length }) => length)).toEqual([
        3, 3, 1,
      ]);
    },
  );

  suite.it(
    'proxy-next-upstream-timeout: a try that takes longer gives way to the next',
    [{ annotations: { 'proxy-next-upstream-timeout': '1' } }],
    async ({ ask, arrived }) => {
      expect((await ask('/x', { headers: { ...HANG, 'x-echo-fails': '1' } })).status).toBe(200);
      expect(arrived('/x')).toHaveLength(2);
    },
  );

  suite.it(
    'proxy-next-upstream: http_CODE tries again after these codes only',
    [{ annotations: { 'proxy-next-upstream': 'http_503 http_404' } }],
    async ({ ask }) => {
      expect((await ask('/404', { headers: down(3, 404) })).status).toBe(200);
      expect((await ask('/503', { headers: down(3, 503) })).status).toBe(200);
      expect((await ask('/500', { headers: down(1, 500) })).status).toBe(500);
    },
  );

  suite.it(
    'proxy-next-upstream: error tries again after a broken connection or 5xx',
    [{ annotations: { 'proxy-next-upstream': 'error,timeout' } }],
    async ({ ask }) => {
      expect((await ask('/cut', { headers: { 'x-echo-break': '1', 'x-echo-fails': '2' } })).status).toBe(200);
      expect((await ask('/500', { headers: down(2, 500) })).status).toBe(200);
      expect((await ask('/404', { headers: down(1, 404) })).status).toBe(404);
    },
  );

  suite.it(
    'proxy-next-upstream: POST is tried again with non_idempotent only',
    [
      { path: '/no', annotations: { 'proxy-next-upstream': 'error' } },
      { path: '/yes', annotations: { 'proxy-next-upstream': 'error non_idempotent' } },
    ],
    async ({ ask, arrived }) => {
      const post = { method: 'POST', body: 'text', headers: down(1) };
      expect((await ask('/no', post)).status).toBe(503);
      expect((await ask('/yes', post)).status).toBe(200);
      expect(arrived('/yes').map(({ body }) => body)).toEqual(['text', 'text']);
    },
  );

  suite.it(
    'proxy-next-upstream: off tries once; unknown words are told and left out',
    [
      { path: '/off', annotations: { 'proxy-next-upstream': 'error off' } },
      { path: '/odd', annotations: { 'proxy-next-upstream': 'error sometimes' } },
    ],
    async ({ ask, problems }) => {
      expect((await ask('/off', { headers: down(1) })).status).toBe(503);
      expect((await ask('/odd', { headers: down(1) })).status).toBe(200);
      expect(await problems()).toMatchObject([{ message: expect.stringContaining('"sometimes" is not allowed') }]);
    },
  );

  suite.it(
    'route-limit-rpm: what is above it gets 429',
    [{ annotations: { 'route-limit-rpm': '2', 'route-limit-burst-multiplier': '1', 'route-limit-rps': '1000' } }],
    async ({ ask }) => {
      expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
      const reply = await ask();
      expect([reply.status, reply.body]).toEqual([429, 'local_rate_limited']);
      expect(reply.headers['x-local-rate-limit']).toBe('true');
    },
  );

  suite.it(
    'route-limit-rps: a burst of five times, then so many a second',
    [{ annotations: { 'route-limit-rps': '2' } }],
    async ({ ask }) => {
      const begun = performance.now();
      const replies = await Promise.all(Array.from({ length: 60 }, () => ask()));
      const seconds = Math.ceil((performance.now() - begun) / 1000);
      const taken = replies.filter(({ status }) => status === 200).length;
      expect(taken).toBeGreaterThanOrEqual(10);
      expect(taken).toBeLessThanOrEqual(10 + 2 * seconds);
    },
  );

  suite.it(
    'route-limit-burst-multiplier: is the size of the burst; each route has a bucket of its own',
    [
      { path: '/a', annotations: { 'route-limit-rpm': '2', 'route-limit-burst-multiplier': '3' } },
      { path: '/b', annotations: { 'route-limit-rpm': '2', 'route-limit-burst-multiplier': '1' } },
    ],
    async ({ ask }) => {
      const statuses = async (path: string) => {
        const all: number[] = [];
        for (let n = 0; n < 7; n += 1) all.push((await ask(path)).status);
        return all.filter((status) => status === 200).length;
      };
      expect([await statuses('/a'), await statuses('/b')]).toEqual([6, 2]);
    },
  );

  suite.it(
    'load-balance: round_robin takes each instance in turn',
    [{ service: 'robin', annotations: { 'load-balance': 'round_robin' } }],
    async ({ spread, cluster: of }) => {
      expect(await spread(9)).toEqual({ one: 3, two: 3, three: 3 });
      // Envoy's dump leaves out what is the default.
      expect((await of(cluster('robin'))).lb_policy ?? 'ROUND_ROBIN').toBe('ROUND_ROBIN');
    },
  );

  suite.it(
    'load-balance: least_conn, random and passthrough reach Envoy, any case; an unknown one is told',
    [
      { path: '/l', service: 'least', annotations: { 'load-balance': 'LEAST_CONN' } },
      { path: '/r', service: 'chance', annotations: { 'load-balance': 'Random' } },
      { path: '/w', service: 'wrong', annotations: { 'load-balance': 'fairest' } },
    ],
    async ({ spread, cluster: of, problems }) => {
      expect((await of(cluster('least'))).lb_policy).toBe('LEAST_REQUEST');
      expect((await of(cluster('chance'))).lb_policy).toBe('RANDOM');
      expect((await of(cluster('wrong'))).lb_policy ?? 'ROUND_ROBIN').toBe('ROUND_ROBIN');
      expect(Object.keys(await spread(60, '/l')).sort()).toEqual([...instances].sort());
      expect(Object.keys(await spread(60, '/r')).sort()).toEqual([...instances].sort());
      expect(await spread(6, '/w')).toEqual({ one: 2, two: 2, three: 2 });
      expect(await problems()).toMatchObject([
        { message: expect.stringContaining('"fairest" is not allowed'), hint: expect.stringContaining('least_conn') },
      ]);
    },
  );

  suite.it(
    'load-balance: a change reaches Envoy at once, and holds up nothing',
    [{ service: 'changing' }],
    async ({ gateway, host, ask, cluster: of }) => {
      const ready = async () => (await fetch(`${gateway.urls.admin}/ready`)).status === 200;
      for (const [policy, name] of Object.entries({ least_conn: 'LEAST_REQUEST', random: 'RANDOM' })) {
        gateway.write(
          'changing.yaml',
          ingressYaml('changing', 'changing.test', '/', 'changing', { 'higress.io/load-balance': policy }),
        );
        await eventually(`${policy} is there`, async () => (await of(cluster('changing'))).lb_policy === name, 5_000);
        await eventually('the gateway is ready', ready, 5_000);
        expect((await ask('/', { host })).status).toBe(200);
      }
    },
  );

  suite.it(
    'load-balance: the oldest Ingress of a Service decides',
    [
      { path: '/a', service: 'first', annotations: { 'load-balance': 'random' } },
      { path: '/b', service: 'first', annotations: { 'load-balance': 'least_conn' } },
    ],
    async ({ cluster: of }) => {
      expect((await of(cluster('first'))).lb_policy).toBe('RANDOM');
    },
  );

  suite.it(
    'upstream-hash-by: $request_uri, $host, $http_HEADER and $arg_PARAMETER choose the instance',
    [
      { path: '/path', service: 'path', annotations: { 'upstream-hash-by': '$request_uri' } },
      { path: '/host', service: 'host', annotations: { 'upstream-hash-by': '$host' } },
      { path: '/header', service: 'header', annotations: { 'upstream-hash-by': '$http_x_user' } },
      { path: '/query', service: 'query', annotations: { 'upstream-hash-by': '$arg_user' } },
    ],
    async ({ spread, cluster: of }) => {
      const names = { path: new Set(), header: new Set(), query: new Set() };
      for (let n = 0; n < 20; n += 1) {
        names.path.add(await sameFor(spread, `/path/${n}`, {}));
        names.header.add(await sameFor(spread, '/header', { headers: { 'x-user': `u${n}` } }));
        names.query.add(await sameFor(spread, `/query?user=u${n}`, {}));
      }
      expect(Object.values(names).map(({ size }) => size)).toEqual([3, 3, 3]);
      await sameFor(spread, '/host', {});
      expect((await of(cluster('host'))).lb_policy).toBe('RING_HASH');
    },
  );

  suite.it(
    'upstream-hash-by: $remote_addr keeps a client with its instance',
    [{ service: 'source', annotations: { 'upstream-hash-by': '$remote_addr' } }],
    async ({ spread }) => {
      const names = new Set<string | undefined>();
      for (let n = 2; n < 22; n += 1) names.add(await sameFor(spread, '/', { from: `127.0.0.${n}` }));
      expect(names.size).toBe(3);
    },
  );

  suite.it(
    'upstream-hash-by: anything else is told, and instances take turns',
    [{ service: 'no-hash', annotations: { 'upstream-hash-by': '$uri' } }],
    async ({ spread, problems }) => {
      expect(await spread(6)).toEqual({ one: 2, two: 2, three: 2 });
      expect(await problems()).toMatchObject([{ message: expect.stringContaining('"$uri" is not allowed') }]);
    },
  );

  suite.it(
    'affinity: a cookie of the gateway keeps a client with its instance',
    [{ service: 'sticky', annotations: { affinity: 'cookie', 'affinity-mode': 'persistent' } }],
    async ({ ask, spread, problems }) => {
      const names = new Set<string | undefined>();
      for (let n = 0; n < 20; n += 1) {
        const [set = ''] = (await ask()).headers['set-cookie'] ?? [];
        expect(set).toMatch(/^INGRESSCOOKIE="?[^;]+"?; Path=\/; HttpOnly$/i);
        names.add(await sameFor(spread, '/', { headers: { cookie: set.replace(/;.*/, '') } }));
      }
      expect(names.size).toBe(3);
      expect(await problems()).toEqual([]);
    },
  );

  suite.it(
    'session-cookie-name, session-cookie-path, session-cookie-max-age: make the cookie',
    [
      {
        service: 'named',
        annotations: {
          affinity: 'cookie',
          'session-cookie-name': 'STICK',
          'session-cookie-path': '/shop',
          'session-cookie-max-age': '60',
          'session-cookie-expires': '30',
        },
      },
    ],
    async ({ ask, spread }) => {
      const [set = ''] = (await ask()).headers['set-cookie'] ?? [];
      expect(set).toMatch(/^STICK="?[^;]+"?; Max-Age=60; Path=\/shop; HttpOnly$/i);
      await sameFor(spread, '/', { headers: { cookie: set.replace(/;.*/, '') } });
      // A cookie that the client brings counts whatever it holds.
      await sameFor(spread, '/', { headers: { cookie: 'STICK=mine' } });
    },
  );

  suite.it(
    'session-cookie-expires: is the age when no max-age is there',
    [{ service: 'expiring', annotations: { affinity: 'cookie', 'session-cookie-expires': '30' } }],
    async ({ ask }) => {
      expect((await ask()).headers['set-cookie']?.[0]).toMatch(/; Max-Age=30;/i);
    },
  );

  suite.it(
    'affinity: wins over upstream-hash-by and load-balance',
    [
      {
        service: 'both',
        annotations: { 'load-balance': 'random', 'upstream-hash-by': '$request_uri', affinity: 'cookie' },
      },
    ],
    async ({ ask, spread, cluster: of }) => {
      expect((await ask()).headers['set-cookie']).toHaveLength(1);
      const cookie = { headers: { cookie: 'INGRESSCOOKIE=mine' } };
      const names = new Set<string | undefined>();
      for (let n = 0; n < 10; n += 1) names.add(await sameFor(spread, `/${n}`, cookie));
      expect(names.size).toBe(1);
      expect((await of(cluster('both'))).lb_policy).toBe('RING_HASH');
    },
  );
});
