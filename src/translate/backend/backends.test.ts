import { describe, expect, it } from '@jest/globals';
import type { Backend } from '#ir/types.ts';
import {
  bridge,
  configMap,
  endpoints,
  type Item,
  ingress,
  registryService,
  service,
  to,
  translated,
} from '#test/builders.ts';

const HOST = 'web.default.svc.cluster.local';

function onlyBackend(...items: readonly Item[]): Backend {
  const { gateway, problems } = translated(...items);
  expect(problems).toEqual([]);
  expect(gateway.backends).toHaveLength(1);
  return gateway.backends[0]!;
}

describe('Services', () => {
  const web = service('web').port(80, { name: 'http', targetPort: 'web' });
  const rule = ingress('i').rule('a.test', '/', to('web', 80));

  it('port by number and by name are one upstream', () => {
    const backend = onlyBackend(
      web,
      rule,
      ingress('j').rule('b.test', '/', to('web', 'http')),
      endpoints('web', 3000, '127.0.0.1'),
    );
    expect(backend).toMatchObject({
      name: `outbound|80||${HOST}`,
      host: HOST,
      port: 80,
      protocol: 'http1',
      resolution: { type: 'endpoints', endpoints: [{ address: '127.0.0.1', port: 3000, weight: 1 }] },
      loadBalancing: { type: 'round_robin' },
      idleTimeoutMs: 10_000,
      origin: { kind: 'Service', namespace: 'default', name: 'web' },
    });
  });

  it('endpoints: only ready ones, of all slices, each once, sorted, by port name', () => {
    const slice = (name: string, ports: unknown[], entries: unknown[]) =>
      endpoints('web', 1).meta({ name }).with({ ports, endpoints: entries });
    const backend = onlyBackend(
      web,
      rule,
      slice(
        'b',
        [
          { name: 'http', port: 9 },
          { name: 'admin', port: 8 },
        ],
        [{ addresses: ['10.0.0.2'] }, { addresses: ['10.0.0.1'] }],
      ),
      slice(
        'a',
        [{ name: 'http', port: 7 }],
        [{ addresses: ['10.0.0.2'] }, { addresses: ['10.0.0.3'], conditions: { ready: false } }],
      ),
      slice('c', [{ name: 'admin', port: 8 }], [{ addresses: ['10.0.0.9'] }]).in('other'),
      slice('d', [{ name: 'http', port: 9 }], [{ addresses: ['10.0.0.1'] }]),
    );
    expect(backend.resolution.endpoints.map(({ address, port }) => `${address}:${port}`)).toEqual([
      '10.0.0.1:9',
      '10.0.0.2:7',
      '10.0.0.2:9',
    ]);
  });

  it('a Service that is missing answers 503 and is named', () => {
    const result = translated(rule);
    expect(result.gateway.backends).toMatchObject([{ name: `outbound|80||${HOST}`, resolution: { endpoints: [] } }]);
    expect(result.problems).toMatchObject([
      {
        reason: 'ServiceNotFound',
        value: 'default/web',
        origin: { name: 'i', path: 'spec.rules[0].http.paths[0].backend' },
      },
    ]);
  });

  it('a missing Service with a named port cannot be named: no destination at all', () => {
    const result = translated(ingress('i').rule('a.test', '/', to('web', 'http')));
    expect(result.route('a.test').action).toEqual({ type: 'forward', destinations: [] });
    expect(result.reasons()).toEqual(['ServiceNotFound']);
  });

  it('an unknown port name drops the path, an unknown number answers 503', () => {
    const result = translated(
      web,
      ingress('i').rule('a.test', '/n', to('web', 'grpc')).rule('a.test', '/m', to('web', 81)),
    );
    expect(result.host('a.test').routes.map(({ match }) => match.path.value)).toEqual(['/m']);
    expect(result.problems).toMatchObject([
      { reason: 'ServicePortNotFound', value: 'grpc', hint: 'its ports are 80 (http)' },
      { reason: 'ServicePortNotFound', value: '81' },
    ]);
  });

  it('ExternalName is resolved by DNS, with any port', () => {
    const external = service('web').spec({ type: 'ExternalName', externalName: 'up.test' });
    expect(onlyBackend(external, rule).resolution).toEqual({
      type: 'dns',
      endpoints: [{ address: 'up.test', port: 80, weight: 1 }],
    });
  });

  it.each([
    [{ appProtocol: 'kubernetes.io/h2c' }, 'http2', undefined],
    [{ appProtocol: 'grpc' }, 'http2', undefined],
    [{ appProtocol: 'https' }, 'http1', { verify: false, sni: HOST }],
    [{ appProtocol: 'kubernetes.io/ws' }, 'http1', undefined],
    [{ name: 'grpc-api' }, 'http2', undefined],
    [{ name: 'http2' }, 'http2', undefined],
    [{ name: 'https-main' }, 'http1', { verify: false, sni: HOST }],
    [{ name: 'httpsx' }, 'http1', undefined],
    [{ name: 'grpc-api', appProtocol: 'http' }, 'http1', undefined],
  ])('protocol of port %j is %s', (port, protocol, tls) => {
    const backend = onlyBackend(service('web').port(80, port), rule);
    expect([backend.protocol, backend.tls]).toEqual([protocol, tls]);
  });
});

describe('destinations of an McpBridge', () => {
  const route = (destination: string) => ingress('i').annotate({ destination }).rule('a.test', '/', bridge);

  it('weights over registries and Services', () => {
    const result = translated(
      route('60% api.static\n40% web.default.svc.cluster.local:80'),
      registryService('api.static', 8000),
      service('web').port(80),
    );
    expect(result.problems).toEqual([]);
    expect(result.route('a.test').action).toEqual({
      type: 'forward',
      destinations: [
        { backend: 'outbound|8000||api.static', weight: 60 },
        { backend: `outbound|80||${HOST}`, weight: 40 },
      ],
    });
  });

  it('instances keep their ports and weights; names do not care for case', () => {
    const orders = registryService('Orders.DEFAULT-GROUP.public.nacos', 8848, {
      instances: [
        { address: '10.0.0.2', port: 2, weight: 3, metadata: {} },
        { address: '10.0.0.1', port: 1, weight: 1, metadata: {} },
      ],
    });
    expect(onlyBackend(orders, route('orders.DEFAULT-GROUP.public.nacos'))).toMatchObject({
      name: 'outbound|8848||Orders.DEFAULT-GROUP.public.nacos',
      resolution: {
        endpoints: [
          { address: '10.0.0.1', port: 1, weight: 1 },
          { address: '10.0.0.2', port: 2, weight: 3 },
        ],
      },
      origin: { kind: 'McpBridge', namespace: 'higress-system', name: 'default' },
    });
  });

  it.each([
    ['https', 'http1', { verify: false, sni: 'api.test' }],
    ['grpcs', 'http2', { verify: false, sni: 'api.test' }],
    ['grpc', 'http2', undefined],
    ['http', 'http1', undefined],
  ] as const)('protocol %s of a dns registry', (protocol, expected, tls) => {
    const instances = [{ address: 'api.test', port: 443, weight: 1, metadata: {} }];
    const backend = onlyBackend(
      registryService('api.dns', 443, { protocol, resolution: 'dns', instances }),
      route('api.dns'),
    );
    expect([backend.protocol, backend.tls, backend.resolution.type]).toEqual([expected, tls, 'dns']);
  });

  it('the sni of the registry wins over the name of the host', () => {
    const instances = [{ address: 'api.test', port: 443, weight: 1, metadata: {} }];
    const api = registryService('api.dns', 443, { protocol: 'https', resolution: 'dns', instances, sni: 'sni.test' });
    expect(onlyBackend(api, route('api.dns')).tls).toEqual({ verify: false, sni: 'sni.test' });
  });

  it('an unknown host answers 503 for its share only', () => {
    const result = translated(route('50% api.static\n50% gone.static'), registryService('api.static', 80));
    expect(result.problems).toMatchObject([{ reason: 'ServiceNotFound', value: 'gone.static' }]);
    expect(result.gateway.backends.map(({ name, resolution }) => [name, resolution.endpoints.length])).toEqual([
      ['outbound|80||api.static', 1],
      ['outbound|80||gone.static', 0],
    ]);
  });

  it('a subset is part of the name, and said to be without effect', () => {
    const result = translated(route('api.static v1'), registryService('api.static', 80));
    expect(result.gateway.backends[0]?.name).toBe('outbound|80|v1|api.static');
    expect(result.problems).toMatchObject([{ severity: 'warning', reason: 'SubsetNotSupported' }]);
  });

  it.each([
    ['without the annotation', ingress('i').rule('a.test', '/', bridge), 'BackendInvalid'],
    ['with an empty annotation', route(' '), 'AnnotationInvalid'],
    [
      'of another kind',
      route('api.static')
        .spec({ rules: [] })
        .rule('a.test', '/', { resource: { kind: 'Bucket', name: 'x' } }),
      'BackendInvalid',
    ],
  ])('a resource backend %s has no route', (_what, item, reason) => {
    const result = translated(item, registryService('api.static', 80));
    expect(result.gateway.hosts).toEqual([]);
    expect(result.reasons()).toEqual([reason]);
  });

  it('one host in two registries: the first by type and name, with a warning', () => {
    const of = (name: string, address: string) =>
      registryService('api.static', 80, {
        registry: { type: 'static', name },
        instances: [{ address, port: 80, weight: 1, metadata: {} }],
      });
    const result = translated(of('b', '10.0.0.2'), of('a', '10.0.0.1'), route('api.static'));
    expect(result.gateway.backends[0]?.resolution.endpoints[0]?.address).toBe('10.0.0.1');
    expect(result.reasons()).toEqual(['ServiceNameConflict']);
  });
});

describe('upstream policies', () => {
  const web = service('web').port(80);
  const rule = (name: string, second: number, annotations: Record<string, string>) =>
    ingress(name).created(second).annotate(annotations).rule(`${name}.test`, '/', to('web', 80));

  it('the oldest Ingress with the annotation wins, for every route to the Service', () => {
    const result = translated(
      web,
      rule('plain', 1, {}),
      rule('first', 2, { 'upstream-hash-by': '$host' }),
      rule('later', 3, { 'load-balance': 'random', 'backend-protocol': 'GRPC' }),
    );
    expect(result.gateway.backends).toMatchObject([{ loadBalancing: { type: 'ring_hash' }, protocol: 'http2' }]);
    for (const host of ['plain.test', 'first.test', 'later.test']) {
      expect(result.route(host).action).toMatchObject({ hash: [{ type: 'header', name: ':authority' }] });
    }
  });

  it('annotated TLS: verify, client certificate, server name', () => {
    const tls = {
      'backend-protocol': 'HTTPS',
      'proxy-ssl-verify': 'on',
      'proxy-ssl-secret': 'cert',
      'proxy-ssl-name': 's.test',
    };
    expect(onlyBackend(web, rule('a', 1, tls)).tls).toEqual({
      verify: true,
      sni: 's.test',
      certificate: 'default/cert',
    });
  });

  it('without a name the upstream host is sent', () => {
    const tls = { 'backend-protocol': 'HTTPS', 'proxy-ssl-server-name': 'on' };
    expect(onlyBackend(web, rule('a', 1, tls)).tls).toEqual({ verify: false, sni: HOST });
  });

  it('the annotation beats the port, a registry fills what it leaves open', () => {
    const secure = service('web').port(80, { appProtocol: 'https' });
    expect(onlyBackend(secure, rule('a', 1, { 'backend-protocol': 'HTTP' })).tls).toBeUndefined();
    const api = registryService('api.static', 443, { protocol: 'https' });
    const plain = ingress('i')
      .annotate({ destination: 'api.static', 'backend-protocol': 'HTTP2' })
      .rule('a.test', '/', bridge);
    expect(onlyBackend(api, plain)).toMatchObject({ protocol: 'http2', tls: { verify: false } });
  });

  it('passthrough goes to the cluster IP', () => {
    const fixed = web.spec({ clusterIP: '10.9.9.9' });
    const backend = onlyBackend(
      fixed,
      rule('a', 1, { 'load-balance': 'passthrough' }),
      endpoints('web', 1, '10.0.0.1'),
    );
    expect(backend.resolution.endpoints).toEqual([{ address: '10.9.9.9', port: 80, weight: 1 }]);
  });

  it('a mirror gets its upstream; a missing one is said and left out', () => {
    const copy = service('copy').port(81);
    const item = rule('a', 1, { 'mirror-target-service': 'copy', 'mirror-percentage': '10' });
    expect(translated(web, copy, item).route('a.test').action).toMatchObject({
      mirror: { backend: 'outbound|81||copy.default.svc.cluster.local', percent: 10 },
    });
    const without = translated(web, item);
    expect(without.route('a.test').action).not.toHaveProperty('mirror');
    expect(without.problems).toMatchObject([
      { reason: 'ServiceNotFound', message: expect.stringContaining('nothing is mirrored') },
    ]);
  });

  it('higress-config: idle timeout, and a route timeout where a route has none', () => {
    const config = configMap('higress-config', {
      higress: 'upstream: {idleTimeout: 60}\ndownstream: {routeTimeout: 7}',
    });
    const result = translated(web, config, rule('a', 1, {}), rule('b', 2, { timeout: '3' }));
    expect(result.gateway.backends[0]?.idleTimeoutMs).toBe(60_000);
    expect(result.route('a.test').action).toMatchObject({ timeoutMs: 7000 });
    expect(result.route('b.test').action).toMatchObject({ timeoutMs: 3000 });
  });
});
