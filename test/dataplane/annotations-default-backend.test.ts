/** Upstreams that stand in for others by annotation: while there is no endpoint, and in place of error answers. */
import { describe, expect } from '@jest/globals';
import { eventually } from '#test/gateway.ts';
import { gatewaySuite } from '#test/scenario.ts';

let latePort = 0;
const suite = gatewaySuite(
  { web: ['web'], spare: ['spare'], empty: [], new: [], base: ['base'], late: ['late'] },
  (port) => {
    latePort = port('late');
    return [];
  },
);
const newEndpoint = () => `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: new-1, labels: { kubernetes.io/service-name: new } }
addressType: IPv4
endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready: true } }]
ports: [{ name: http, port: ${latePort} }]
`;
const fails = (status: number) => ({ 'x-echo-status': String(status) });
const spare = { 'default-backend': 'spare' };

describe('annotations:', () => {
  suite.it(
    'default-backend: answers while the upstream has no endpoint or does not exist',
    [
      { path: '/empty', service: 'empty', annotations: spare },
      { path: '/missing', service: 'missing', annotations: { 'nginx.ingress.kubernetes.io/default-backend': 'spare' } },
      { path: '/well', annotations: spare },
    ],
    async ({ seen, problems, cluster }) => {
      expect((await seen('/empty')).name).toBe('spare');
      const name = (service: string) => `outbound|80||${service}.default.svc.cluster.local`;
      // Access logs and metrics tell the upstream that was asked for.
      expect(await cluster(`${name('empty')};${name('spare')}`)).toMatchObject({ alt_stat_name: name('empty') });
      const missing = await seen('/missing/x?y=1', { method: 'POST', body: 'kept' });
      expect([missing.name, missing.path, missing.body]).toEqual(['spare', '/missing/x?y=1', 'kept']);
      expect((await seen('/well')).name).toBe('web');
      expect((await problems()).map(({ message }) => message)).toEqual([
        'Service default/missing does not exist; requests go to spare.default.svc.cluster.local:80',
      ]);
    },
  );

  suite.it(
    'default-backend: one that does not exist is reported, and changes nothing',
    [
      { path: '/a', annotations: { 'default-backend': 'nobody' } },
      { path: '/b', annotations: { 'default-backend': 'not/a/service' } },
    ],
    async ({ seen, problems }) => {
      expect([(await seen('/a')).name, (await seen('/b')).name]).toEqual(['web', 'web']);
      expect((await problems()).map(({ reason, message }) => [reason, message]).sort()).toEqual([
        [
          'AnnotationInvalid',
          'higress.io/default-backend: "not/a/service" is not allowed; the Ingress works as if it were absent',
        ],
        ['ServiceNotFound', 'Service default/nobody does not exist; it does not stand in for others'],
      ]);
    },
  );

  suite.it(
    'default-backend: endpoints that come and go decide at once',
    [{ service: 'new', annotations: spare }],
    async ({ gateway, seen }) => {
      expect((await seen()).name).toBe('spare');
      gateway.write('new.yaml', newEndpoint());
      await eventually('its own endpoint answers', async () => (await seen()).name === 'late');
      gateway.remove('new.yaml');
      await eventually('the other one answers again', async () => (await seen()).name === 'spare');
    },
  );

  suite.it(
    'custom-http-errors: the default backend answers in place of these statuses, and is told why',
    [{ annotations: { ...spare, 'custom-http-errors': '404,503' } }],
    async ({ host, ask, arrived }) => {
      const options = { method: 'POST', body: 'x'.repeat(400_000) };
      const reply = await ask('/lost?a=b', { ...options, headers: { ...fails(503), accept: 'text/html' } });
      expect(reply.status).toBe(200);
      expect(reply.headers['content-type']).toBe('application/json');
      const page = JSON.parse(reply.body) as { name: string; method: string; path: string; headers: object };
      expect(page).toMatchObject({ name: 'spare', method: 'GET', path: '/' });
      expect(page.headers).toMatchObject({
        host,
        'x-code': '503',
        'x-format': 'text/html',
        'x-original-uri': '/lost?a=b',
        'x-namespace': 'default',
        'x-service-name': 'web',
        'x-service-port': '80',
      });
      expect(arrived('/lost?a=b').map(({ name }) => name)).toEqual(['web']);
      expect((await ask('/other', { headers: fails(500) })).status).toBe(500);
    },
  );

  suite.it(
    'custom-http-errors: answers that Envoy itself makes, and HEAD requests',
    [
      { service: 'empty', path: '/none', annotations: { 'default-backend': 'empty', 'custom-http-errors': '503' } },
      { path: '/slow', annotations: { ...spare, 'custom-http-errors': '504', timeout: '1' } },
      { path: '/head', annotations: { ...spare, 'custom-http-errors': '418' } },
    ],
    async ({ ask }) => {
      // Nobody is there to make the page.
      expect((await ask('/none')).status).toBe(503);
      const slow = await ask('/slow', { headers: { 'x-echo-hang': '1', 'x-echo-fails': '1' } });
      expect([slow.status, JSON.parse(slow.body).headers['x-code']]).toEqual([200, '504']);
      const head = await ask('/head', { method: 'HEAD', headers: fails(418) });
      expect([head.status, head.body]).toEqual([200, '']);
    },
  );

  suite.it(
    'custom-http-errors: without a default backend it is reported; a wrong list too',
    [
      { path: '/a', annotations: { 'custom-http-errors': '503' } },
      { path: '/b', annotations: { ...spare, 'custom-http-errors': '503,often' } },
    ],
    async ({ ask, problems }) => {
      expect((await ask('/a', { headers: fails(503) })).status).toBe(503);
      expect((await ask('/b', { headers: fails(503) })).status).toBe(503);
      expect((await problems()).map(({ reason, message }) => [reason, message]).sort()).toEqual([
        [
          'AnnotationIncomplete',
          'higress.io/custom-http-errors has no effect: no Service is named that answers instead',
        ],
        [
          'AnnotationInvalid',
          'higress.io/custom-http-errors: "503,often" is not allowed; the Ingress works as if it were absent',
        ],
      ]);
    },
  );

  suite.it(
    'canary: its base stands in while it has no endpoint, by header and by weight',
    [
      { path: '/header', service: 'base' },
      { path: '/header', service: 'empty', annotations: { canary: 'true', 'canary-by-header': 'x-new' } },
      { path: '/weight', service: 'base' },
      { path: '/weight', service: 'empty', annotations: { canary: 'true', 'canary-weight': '100' } },
      { path: '/last', service: 'missing', annotations: spare },
      { path: '/last', service: 'empty', annotations: { canary: 'true', 'canary-weight': '100' } },
    ],
    async ({ seen }) => {
      expect((await seen('/header', { headers: { 'x-new': 'always' } })).name).toBe('base');
      expect((await seen('/weight')).name).toBe('base');
      expect((await seen('/last')).name).toBe('spare');
    },
  );
});
