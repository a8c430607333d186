/** Second versions of routes, and destinations in registries: who gets which request. */
import { describe, expect } from '@jest/globals';
import { gatewaySuite } from '#test/scenario.ts';

const suite = gatewaySuite({ web: ['web'], next: ['next'], third: ['third'] }, (port) => [
  {
    apiVersion: 'networking.higress.io/v1',
    kind: 'McpBridge',
    metadata: { name: 'default', namespace: 'higress-system' },
    spec: {
      registries: [
        { type: 'static', name: 'one', domain: `127.0.0.1:${port('web')}`, port: 80 },
        { type: 'static', name: 'both', domain: `127.0.0.1:${port('web')},127.0.0.1:${port('next')}`, port: 80 },
        { type: 'dns', name: 'named', domain: 'named.localhost', port: port('third') },
      ],
    },
  },
]);
const canary = (annotations: Record<string, string>) => ({
  service: 'next',
  annotations: { canary: 'true', ...annotations },
});

describe('annotations:', () => {
  suite.it(
    'canary: "false" is an ordinary Ingress, "true" makes no route of its own',
    [
      { path: '/a', annotations: { canary: 'false' } },
      { path: '/b', annotations: { canary: 'true', 'canary-weight': '100' } },
    ],
    async ({ ask, problems }) => {
      expect((await ask('/a')).status).toBe(200);
      expect((await ask('/b')).status).toBe(404);
      expect(await problems()).toMatchObject([{ reason: 'CanaryWithoutBase' }]);
    },
  );

  suite.it(
    'canary-by-header: requests with the header "always" go to the canary',
    [{}, canary({ 'canary-by-header': 'X-Next' })],
    async ({ seen }) => {
      expect((await seen('/')).name).toBe('web');
      expect((await seen('/', { headers: { 'x-next': 'always' } })).name).toBe('next');
      expect((await seen('/', { headers: { 'x-next': 'never' } })).name).toBe('web');
    },
  );

  suite.it(
    'canary-by-header-value: the whole value matches the regex, or "always"',
    [{}, canary({ 'canary-by-header': 'x-user', 'canary-by-header-value': 'ann|bob-.*' })],
    async ({ seen }) => {
      const by = async (user: string) => (await seen('/', { headers: { 'x-user': user } })).name;
      expect([await by('ann'), await by('bob-7'), await by('always')]).toEqual(['next', 'next', 'next']);
      expect([await by('anna'), await by('carl')]).toEqual(['web', 'web']);
    },
  );

  suite.it(
    'canary-by-header-pattern: some part of the value matches the regex; the value wins',
    [
      { path: '/a' },
      { path: '/a', ...canary({ 'canary-by-header': 'x-user', 'canary-by-header-pattern': 'b[0-9]' }) },
      { path: '/b' },
      {
        path: '/b',
        ...canary({
          'canary-by-header': 'x-user',
          'canary-by-header-value': 'exact',
          'canary-by-header-pattern': 'b[0-9]',
        }),
      },
    ],
    async ({ seen }) => {
      const by = async (path: string, user: string) => (await seen(path, { headers: { 'x-user': user } })).name;
      expect([await by('/a', 'ab7c'), await by('/a', 'abc')]).toEqual(['next', 'web']);
      expect([await by('/b', 'ab7c'), await by('/b', 'exact')]).toEqual(['web', 'next']);
    },
  );

  suite.it(
    'canary-by-cookie: the cookie says "always", wherever it stands',
    [{}, canary({ 'canary-by-cookie': 'next' })],
    async ({ seen }) => {
      const by = async (cookie: string) => (await seen('/', { headers: { cookie } })).name;
      expect([await by('next=always'), await by('a=b; next=always; c=d')]).toEqual(['next', 'next']);
      expect([await by('next=never'), await by('annext=always')]).toEqual(['web', 'web']);
    },
  );

  suite.it(
    'canary-by-cookie: with canary-by-header present the header counts',
    [{}, canary({ 'canary-by-header': 'x-next', 'canary-by-cookie': 'next' })],
    async ({ seen }) => {
      expect((await seen('/', { headers: { cookie: 'next=always' } })).name).toBe('web');
      expect((await seen('/', { headers: { 'x-next': 'always' } })).name).toBe('next');
    },
  );

  suite.it(
    'canary-weight: that share of 100 requests',
    [
      { path: '/none' },
      { path: '/none', ...canary({ 'canary-weight': '0' }) },
      { path: '/all' },
      { path: '/all', ...canary({ 'canary-weight': '100' }) },
      { path: '/some' },
      { path: '/some', ...canary({ 'canary-weight': '30' }) },
    ],
    async ({ spread }) => {
      expect(await spread(20, '/none')).toEqual({ web: 20 });
      expect(await spread(20, '/all')).toEqual({ next: 20 });
      const { next = 0, web = 0 } = await spread(400, '/some');
      // Six standard deviations around 120 of 400.
      expect(next).toBeGreaterThan(65);
      expect(next).toBeLessThan(175);
      expect(web).toBe(400 - next);
    },
  );

  suite.it(
    'canary-weight-total: is the whole that the weight is a part of',
    [{}, canary({ 'canary-weight': '1', 'canary-weight-total': '2' })],
    async ({ spread }) => {
      const { next = 0 } = await spread(300);
      expect(next).toBeGreaterThan(98);
      expect(next).toBeLessThan(202);
    },
  );

  suite.it(
    'canary-weight: several canaries share, and a header canary stands before them',
    [
      {},
      { ...canary({ 'canary-weight': '50' }) },
      { ...canary({ 'canary-weight': '50' }), service: 'third' },
      { ...canary({ 'canary-by-header': 'x-old' }), service: 'web' },
    ],
    async ({ spread, seen }) => {
      const counts = await spread(200);
      expect(Object.keys(counts).sort()).toEqual(['next', 'third']);
      expect((await seen('/', { headers: { 'x-old': 'always' } })).name).toBe('web');
    },
  );

  suite.it(
    'canary-by-header: rewrite and conditions come from the base, header control is its own',
    [
      {
        path: '/in',
        annotations: { 'rewrite-path': '/out', 'request-header-control-update': 'x-of base', 'match-method': 'POST' },
      },
      {
        path: '/in',
        ...canary({
          'canary-by-header': 'x-next',
          'match-method': 'POST',
          'request-header-control-update': 'x-of canary',
        }),
      },
    ],
    async ({ seen, ask }) => {
      const post = { method: 'POST', headers: { 'x-next': 'always' } };
      expect(await seen('/in/x', post)).toMatchObject({ name: 'next', path: '/out/x', headers: { 'x-of': 'canary' } });
      expect(await seen('/in/x', { method: 'POST' })).toMatchObject({ name: 'web', headers: { 'x-of': 'base' } });
      expect((await ask('/in/x', { headers: { 'x-next': 'always' } })).status).toBe(404);
    },
  );

  suite.it(
    'destination: a static registry, a dns registry and a Service, with and without port',
    [
      { path: '/static', service: null, annotations: { destination: 'one.static' } },
      { path: '/port', service: null, annotations: { destination: 'one.static:80' } },
      { path: '/dns', service: null, annotations: { destination: 'named.dns' } },
      { path: '/svc', service: null, annotations: { destination: 'next.default.svc.cluster.local:80' } },
    ],
    async ({ seen }) => {
      expect((await seen('/static')).name).toBe('web');
      expect((await seen('/port')).name).toBe('web');
      expect((await seen('/dns')).name).toBe('third');
      expect((await seen('/svc')).name).toBe('next');
    },
  );

  suite.it(
    'destination: all instances of a registry get requests',
    [{ service: null, annotations: { destination: 'both.static' } }],
    async ({ spread }) => {
      expect(await spread(20)).toEqual({ web: 10, next: 10 });
    },
  );

  suite.it(
    'destination: weights over several lines',
    [
      { path: '/a', service: null, annotations: { destination: '70% one.static\n30% named.dns\n\n0% both.static' } },
      { path: '/b', service: null, annotations: { destination: '0% one.static\n100% named.dns' } },
    ],
    async ({ spread }) => {
      const counts = await spread(300, '/a');
      expect(Object.keys(counts).sort()).toEqual(['third', 'web']);
      expect(counts.third).toBeGreaterThan(42);
      expect(counts.third).toBeLessThan(138);
      expect(await spread(20, '/b')).toEqual({ third: 20 });
    },
  );

  suite.it(
    'destination: what cannot be read is told, a registry that is not there answers 503, others keep serving',
    [
      { path: '/bad', service: null, annotations: { destination: 'x% one.static' } },
      { path: '/gone', service: null, annotations: { destination: 'gone.static' } },
      { path: '/good', service: null, annotations: { destination: 'one.static' } },
      { path: '/none', service: null },
    ],
    async ({ ask, problems }) => {
      expect((await ask('/bad')).status).toBe(404);
      expect((await ask('/gone')).status).toBe(503);
      expect((await ask('/good')).status).toBe(200);
      expect((await ask('/none')).status).toBe(404);
      const texts = (await problems()).map(({ message, hint }) => `${message} ${hint}`);
      expect(texts).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/higress\.io\/destination: "x% one\.static" is not allowed.*\[WEIGHT%\] HOST/),
          expect.stringContaining('gone.static'),
          expect.stringContaining('needs the annotation higress.io/destination'),
        ]),
      );
    },
  );
});
