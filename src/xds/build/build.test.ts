import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { WasmBinding } from '#ir/types.ts';
import { canonicalJson } from '#lib/hash.ts';
import { SecretText } from '#lib/secret.ts';
import type { PluginDefinition } from '#plugin-sdk/definition.ts';
import { options, plugins, readModel, setHeader } from '#test/build-cases.ts';
import { backend, builtin, catalogue, gateway, host, origin, route, zipkin } from '#test/ir.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { type BuildOptions, createBuilder, type WasmResolution } from './build.ts';

const tls = { name: 'a.test', certificate: 'ns/a', origin };
const certificate = { name: 'ns/a', chain: 'C', key: new SecretText('K'), origin };
const plain = () => gateway({ hosts: [], tls: [tls], certificates: [certificate] });

interface RouteTable {
  readonly virtual_hosts: readonly { readonly routes: readonly { readonly typed_per_filter_config: Message }[] }[];
}

describe('listeners', () => {
  it('are the same bytes whatever routes, plugins and backends exist', () => {
    const builder = createBuilder(options, plugins);
    const before = builder.build(plain()).resources.listener;
    const full = {
      ...plain(),
      hosts: [
        host(
          'a.test',
          [
            route('/', {
              plugins: [builtin('look', {}), builtin('native', { steps: [setHeader('a', 'b')] }), builtin('mcp', {})],
              policies: { rateLimit: { fill: 1, intervalMs: 1, burst: 1 }, httpsRedirect: true },
            }),
          ],
          true,
        ),
      ],
      backends: [backend('b', 1)],
    };
    const after = builder.build(full).resources.listener;
    for (const [name, resource] of after) expect(resource).toBe(before.get(name));
    expect(canonicalJson([...createBuilder(options, plugins).build(full).resources.listener])).toBe(
      canonicalJson([...before]),
    );
  });

  it('keep counters of the module only for Envoys that have it', () => {
    const { resources } = createBuilder({ ...options, nativeModule: false }, plugins).build(gateway({ hosts: [] }));
    expect([...resources.listener.keys()]).toEqual(['http', 'https', 'higress.egress']);
  });

  it('exist before there is any certificate', () => {
    const { resources } = createBuilder(options, plugins).build(gateway({ hosts: [] }));
    expect([...resources.listener.keys()]).toEqual(['http', 'https', 'higress.egress', 'higress.counters']);
    expect(JSON.stringify(resources.listener.get('https'))).toContain('no-certificates.invalid');
  });
});

describe('what the controller is told by its flags', () => {
  it('listens on IPv6 and IPv4, and limits what is open to one upstream', () => {
    const upstream = backend('echo', 8080);
    const built = createBuilder({ ...options, address: '::', upstreamConcurrency: 500 }, plugins).build(
      gateway({ hosts: [], backends: [upstream] }),
    );
    for (const name of ['http', 'https'])
      expect(built.resources.listener.get(name)?.message.address).toMatchObject({
        socket_address: { address: '::', ipv4_compat: true },
      });
    const cluster = built.resources.cluster.get(upstream.name);
    expect(cluster?.message.circuit_breakers).toMatchObject({
      thresholds: [
        { priority: 'DEFAULT', max_connections: 500, max_pending_requests: 500, max_requests: 500 },
        { priority: 'HIGH' },
      ],
    });
  });
});

describe('memory', () => {
  it('rebuilds the changed host only, and hands out unchanged resources as the same objects', () => {
    const builder = createBuilder(options, plugins);
    const hosts = ['a.test', 'b.test', 'c.test'].map((name) => host(name, [route('/')], name === 'c.test'));
    const backends = [backend('one', 1), backend('two', 2)];
    const first = builder.build(gateway({ hosts, backends })).resources;
    const again = builder.build(gateway({ hosts, backends: backends.map((b) => ({ ...b })) })).resources;
    for (const type of ['route', 'cluster', 'endpoint', 'listener'] as const) {
      for (const [name, resource] of again[type]) expect(resource).toBe(first[type].get(name));
    }
    const changed = builder.build(
      gateway({ hosts: [hosts[0]!, host('b.test', [route('/new')]), hosts[2]!], backends }),
    ).resources;
    const list = (set: typeof first, name: string) => set.route.get(name)!.message.virtual_hosts as unknown[];
    expect(list(changed, 'http')[0]).toBe(list(first, 'http')[0]);
    expect(list(changed, 'http')[1]).not.toBe(list(first, 'http')[1]);
    expect(list(changed, 'http')[2]).toBe(list(first, 'http')[2]);
    expect(changed.route.get('https')).toBe(first.route.get('https'));
  });

  it('leaves a cluster alone when its endpoints change', () => {
    const builder = createBuilder(options, plugins);
    const first = builder.build(gateway({ hosts: [], backends: [backend('b', 1)] })).resources;
    const second = builder.build(gateway({ hosts: [], backends: [backend('b', [1, 2])] })).resources;
    expect(second.cluster.get('b')).toBe(first.cluster.get('b'));
    expect(second.endpoint.get('b')).not.toBe(first.endpoint.get('b'));
  });

  it('tells plugins anew when the gateway begins or ends to make spans', () => {
    const traced: PluginDefinition = {
      ...plugins.get('native')!,
      lower: (_, { tracing }) => ({ lowered: true, steps: [setHeader('x-traced', String(tracing))] }),
    };
    const builder = createBuilder(options, catalogue([traced]));
    const hosts = [host('a.test', [route('/', { plugins: [builtin('native', {})] })])];
    const target = gateway({ hosts, backends: [backend('b', 1)] });
    const text = (settings: object) =>
      JSON.stringify(builder.build({ ...target, ...settings }).resources.route.get('http'));
    const [without, withSpans, again] = [text({}), text({ tracing: zipkin }), text({})];
    expect(without).toContain('"false"');
    expect(withSpans).toBe(without.replaceAll('"false"', '"true"'));
    expect(again).toBe(without);
  });

  it('samples routes whose plugins write attributes of spans as it samples all', () => {
    const builder = createBuilder(options, catalogue([{ ...plugins.get('native')!, spanKeys: () => ['a', 'a'] }]));
    const hosts = [host('a.test', [route('/', { plugins: [builtin('native', { steps: [] })] })])];
    const tracingOf = (settings: object) => {
      const { resources } = builder.build({ ...gateway({ hosts, backends: [backend('b', 1)] }), ...settings });
      const [{ routes }] = resources.route.get('http')!.message.virtual_hosts as [{ routes: { tracing?: object }[] }];
      return routes[0]?.tracing;
    };
    const some = { tracing: { ...zipkin, samplingPercent: 33.3 } };
    expect(tracingOf({})).toBeUndefined();
    expect(tracingOf({ tracing: zipkin })).toMatchObject({ random_sampling: { numerator: 10_000 } });
    expect(tracingOf(some)).toMatchObject({
      random_sampling: { numerator: 3330, denominator: 'TEN_THOUSAND' },
      custom_tags: [{ tag: 'a' }],
    });
  });

  it('gives the same resources whatever was built before', () => {
    const target = gateway({
      hosts: [host('a.test', [route('/x', { name: 'x', plugins: [builtin('look', { a: 1 })] })])],
      backends: [backend('b', 1)],
    });
    const used = createBuilder(options, plugins);
    used.build(
      gateway({
        hosts: [host('z.test', [route('/', { plugins: [builtin('read', {})] })])],
        backends: [backend('b', 9)],
      }),
    );
    const text = (built: ReturnType<typeof used.build>) =>
      canonicalJson(Object.values(built.resources).map((m) => [...m]));
    expect(text(used.build(target))).toBe(text(createBuilder(options, plugins).build(target)));
  });
});

describe('chains', () => {
  const chains = (bindings: Parameters<typeof route>[1]) => [
    ...createBuilder(options, plugins)
      .build(gateway({ hosts: [host('a.test', [route('/', bindings)])] }))
      .resources.chain.keys(),
  ];

  it('are named by content', () => {
    const one = chains({ plugins: [builtin('look', { a: 1, b: 2 })] });
    expect(one).toEqual(chains({ plugins: [builtin('look', { b: 2, a: 1 })] }));
    expect(one).not.toEqual(chains({ plugins: [builtin('look', { a: 1, b: 3 })] }));
    expect(one).not.toEqual(chains({ plugins: [builtin('look', { a: 1, b: 2 }, { failStrategy: 'open' })] }));
  });

  it('share one hop unless something stands between', () => {
    const between = builtin('native', { steps: [setHeader('a', 'b')] }, { priority: 5 });
    const [first, last] = [builtin('look', { n: 1 }, { priority: 9 }), builtin('read', { n: 2 }, { priority: 1 })];
    expect(chains({ plugins: [first, last] })).toHaveLength(1);
    expect(chains({ plugins: [first, between, last] })).toHaveLength(2);
  });
});

describe('plugins that cannot run', () => {
  const broken: PluginDefinition = {
    manifest: { name: 'broken', version: '1', title: '', summary: '', phase: 'AUTHN', priority: 0, category: 'auth' },
    schema: z.unknown(),
    hooks: () => {
      throw new Error('no key');
    },
  };
  const build = (binding: ReturnType<typeof builtin>) =>
    createBuilder(options, catalogue([broken])).build(
      gateway({ hosts: [host('a.test', [route('/', { plugins: [binding] })])] }),
    );
  const firstRoute = (built: ReturnType<typeof build>) =>
    (built.resources.route.get('http')!.message.virtual_hosts as { routes: Record<string, unknown>[] }[])[0]!
      .routes[0]!;

  it('close their route when they fail closed', () => {
    const built = build(builtin('broken', {}));
    expect(firstRoute(built)).toMatchObject({ direct_response: { status: 503 } });
    expect(built.problems).toMatchObject([
      { severity: 'error', reason: 'PluginConfigInvalid', origin: { kind: 'WasmPlugin' } },
    ]);
    expect(built.problems[0]!.message).toContain('no key');
    expect(built.explain).toMatchObject([{ way: 'unavailable' }]);
  });

  it('are left out when they fail open', () => {
    expect(firstRoute(build(builtin('unknown', {}, { failStrategy: 'open' })))).toMatchObject({
      route: { cluster: 'echo' },
    });
  });
});

describe('modules of users', () => {
  const binding: WasmBinding = {
    kind: 'wasm',
    instance: 'ns/m',
    phase: 'AUTHN',
    priority: 0,
    failStrategy: 'closed',
    origin,
    rootId: '',
    config: {},
    env: [],
    module: { url: 'oci://x/m:1', sha256: 'aa', pullPolicy: 'Always' },
  };

  it('come into a route as soon as they are ready, with no change of the host', () => {
    let state: WasmResolution = { ready: false, reason: 'pulling' };
    const wasm: BuildOptions = { ...options, wasm: { moduleUri: () => state } };
    const builder = createBuilder(wasm, plugins);
    const value = gateway({ hosts: [host('a.test', [route('/', { plugins: [binding] })])] });
    expect(JSON.stringify([...builder.build(value).resources.route])).toContain('"status":503');
    state = { ready: true, uri: 'http://plugins/aa', sha256: 'aa' };
    const text = JSON.stringify([...builder.build(value).resources.route]);
    expect(text).not.toContain('"status":503');
    expect(text).toContain('"http_uri":{"uri":"http://plugins/aa","cluster":"higress.plugin-server.http"');
  });
});

describe('re-routing', () => {
  const router = builtin('model-router', { steps: [readModel], reroutes: true }, { phase: 'AUTHN', priority: 900 });
  const build = (second: Parameters<typeof route>[1]) =>
    createBuilder(options, plugins).build(
      gateway({ hosts: [host('a.test', [route('/x', { plugins: [router] }), route('/', second)])] }),
    );

  it('needs no slots when all routes do the same afterwards', () => {
    expect(JSON.stringify([...build({ plugins: [router] }).resources.route])).not.toContain('slot.');
  });

  it('reports guards that cannot act behind a re-route', () => {
    const steps = [{ filter: 'basic_auth', config: {} }];
    const built = build({ plugins: [builtin('native', { steps }, { phase: 'AUTHZ' })] });
    expect(built.problems).toMatchObject([{ severity: 'error', reason: 'PluginMissedByReroute' }]);
  });

  it.each([
    [true, 'needs none for the variants of paths that requests cannot come to'],
    [false, 'keeps those for the variants when the path may change on the way'],
  ])('slots: keepsPath %s %s', (keepsPath) => {
    const modelRouter = plugins.get('model-router')!;
    const split: PluginDefinition = {
      ...plugins.get('look')!,
      manifest: { ...plugins.get('look')!.manifest, name: 'split' },
      lower: () => ({ lowered: true, steps: [setHeader('a', 'b')], hooksForPathSuffixes: ['/v1/messages'] }),
    };
    const known = catalogue([{ ...modelRouter, manifest: { ...modelRouter.manifest, keepsPath } }, split]);
    const hosts = [host('a.test', [route('/', { plugins: [router, builtin('split', {})] })])];
    const { resources } = createBuilder(options, known).build(gateway({ hosts }));
    const [table] = [...resources.route.values()].map(({ message }) => message as unknown as RouteTable);
    const chains = (table?.virtual_hosts[0]?.routes ?? []).map((made) =>
      JSON.stringify(made.typed_per_filter_config['higress.chain']),
    );
    expect(chains.map((chain) => chain.includes('slot.'))).toEqual([true, !keepsPath]);
    expect(chains.map((chain) => chain.includes('ext_proc'))).toEqual([true, !keepsPath]);
  });

  it('names every chain that a slot may call', () => {
    const built = build({ plugins: [builtin('look', { n: 1 })] });
    const text = JSON.stringify([...built.resources.route]);
    for (const id of text.matchAll(/"key":"x-higress-chain","value":"([0-9a-f]+)"/g)) {
      expect(built.resources.chain.has(id[1]!)).toBe(true);
    }
    expect(text).toContain('slot.');
  });
});

describe('secrets', () => {
  it('hold the public CAs only when an upstream is verified by them', () => {
    const build = (tls: { verify: boolean; sni: string }, more: Partial<BuildOptions> = {}) =>
      createBuilder({ ...options, ...more }, plugins).build(
        gateway({ hosts: [], backends: [backend('b', 1, { tls })] }),
      ).resources;
    const tls = { verify: true, sni: 'b.test' };
    expect([...build(tls).secret.keys()]).toEqual(['higress.public-cas']);
    expect([...build({ ...tls, verify: false }).secret.keys()]).toEqual([]);
    const own = build(tls, { systemCaFile: '/etc/ssl/cert.pem' });
    expect([...own.secret.keys()]).toEqual([]);
    expect(JSON.stringify(own.cluster.get('b'))).toContain('"trusted_ca":{"filename":"/etc/ssl/cert.pem"}');
  });

  it('never print their keys', () => {
    const { resources } = createBuilder(options, plugins).build(plain());
    expect(JSON.stringify([...resources.secret])).toContain('[redacted]');
  });

  it('are not asked for when there is no such certificate', () => {
    const built = createBuilder(options, plugins).build(
      gateway({
        hosts: [],
        backends: [backend('b', 1, { tls: { verify: true, sni: 'b.test', certificate: 'ns/none' } })],
      }),
    );
    expect(built.problems).toMatchObject([{ reason: 'SecretMissing' }]);
    expect(JSON.stringify(built.resources.cluster.get('b'))).not.toContain('ns/none');
  });
});
