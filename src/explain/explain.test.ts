/** Cases that need plugins or odd requests; how hosts and routes are chosen is held to a real Envoy by test/dataplane/explain.test.ts. */
import { describe, expect, it } from '@jest/globals';
import type { Gateway } from '#ir/types.ts';
import { backend, builtin, catalogue, gateway, host, origin, route } from '#test/ir.ts';
import type { ExplainEntry } from '#xds/build/explain.ts';
import { explainRequest } from './explain.ts';
import type { Explanation } from './explanation.ts';
import { parseRequest } from './request.ts';
import type { GatewayView } from './view.ts';

const NOTHING = { ingresses: [], endpointSlices: [], wasmPlugins: [], configMaps: [], mcpBridges: [] };

function view(parts: Gateway, plugins: readonly ExplainEntry[] = [], more: Partial<GatewayView> = {}): GatewayView {
  return {
    gateway: parts,
    plugins,
    objects: NOTHING,
    problems: [],
    httpsPublicPort: 443,
    registriesAsked: true,
    ...more,
  };
}

function ask(where: GatewayView, url: string, method = 'GET'): Explanation {
  return explainRequest(where, parseRequest({ url, method }), { catalogue: catalogue(), locate: () => undefined });
}

const plugged = (way: ExplainEntry['way'], more: Partial<ExplainEntry> = {}): ExplainEntry => ({
  host: 'a.test',
  route: 'r',
  routeId: 'a.test|r|0',
  plugin: 'p',
  instance: 'ns/p',
  way,
  filters: [],
  ...more,
});

const withPlugin = gateway({
  hosts: [
    host('a.test', [
      route('/', {
        name: 'r',
        id: 'a.test|r|0',
        to: 'web',
        plugins: [builtin('p', { realm: 'x' }, { instance: 'ns/p' })],
      }),
    ]),
  ],
  backends: [backend('web', 8080)],
});

describe('explain', () => {
  it('tells a plugin that answers in place of the upstream, and one that cannot run', () => {
    expect(ask(view(withPlugin, [plugged('serve')]), 'a.test').outcome).toEqual({
      type: 'serve',
      plugin: 'ns/p',
      clusters: ['web'],
    });
    expect(ask(view(withPlugin, [plugged('unavailable', { reason: 'no module' })]), 'a.test').outcome).toEqual({
      type: 'respond',
      status: 503,
      because: 'plugin ns/p cannot run: no module',
    });
  });

  it('tells the way that holds for the path: native plugins leave some endings to hooks', () => {
    const ways = [plugged('lowered'), plugged('ext_proc', { routeId: 'a.test|r|0|hooks', pathSuffixes: ['/chat'] })];
    const way = (path: string) => ask(view(withPlugin, ways), `a.test${path}`).route?.plugins[0]?.way;
    expect([way('/v1/chat'), way('/v1/other')]).toEqual(['ext_proc', 'native']);
  });

  it('names the configuration of the gateway where a timeout is of no Ingress', () => {
    const timed = gateway({
      hosts: [host('a.test', [route('/', { action: { type: 'forward', destinations: [], timeoutMs: 1500 } })])],
    });
    const metadata = { name: 'higress-config', namespace: 'higress-system', labels: {}, annotations: {} };
    const config = { kind: 'ConfigMap', apiVersion: 'v1', metadata, data: {} } as const;
    const { route: found, outcome } = ask(view(timed, [], { objects: { ...NOTHING, configMaps: [config] } }), 'a.test');
    expect(outcome).toEqual({ type: 'respond', status: 503, because: 'no destination of the route can be used' });
    expect(found?.policies[0]).toEqual({
      name: 'timeout',
      value: 1500,
      text: '1.5 s',
      sources: [{ object: 'ConfigMap higress-system/higress-config' }],
    });
  });

  it('tells which upstreams stand in for others', () => {
    const one = route('/', { name: 'r', id: 'a.test|r|0', to: 'web' });
    const action = {
      type: 'forward' as const,
      destinations: [{ backend: 'web', weight: 100, fallbacks: ['spare'] }],
      errorPage: { backend: 'spare', codes: [503], headers: [] },
    };
    const where = view(
      gateway({
        hosts: [host('a.test', [{ ...one, action }])],
        backends: [backend('web', 8080), backend('spare', 8081)],
      }),
    );
    const told = ask(where, 'a.test');
    expect(told.route?.destinations.map(({ cluster, fallbacks }) => [cluster, fallbacks])).toEqual([
      ['web', ['spare']],
    ]);
    expect(told.route?.policies.find(({ name }) => name === 'error-page')?.text).toBe('503 answered by spare');
  });

  it('knows that CONNECT reaches no route', () => {
    expect(ask(view(withPlugin), 'a.test', 'CONNECT')).toMatchObject({
      outcome: { type: 'nothing', status: 404 },
      candidates: [{ because: ['CONNECT is not served'] }],
    });
  });

  it('gives a client without a server name the certificate of *, or none', () => {
    const certificate = { name: 'ns/c', origin };
    const tls = gateway({
      hosts: [host('*', [route('/', { to: 'web' })], true)],
      backends: [backend('web', 8080)],
      tls: [{ name: 'a.test', certificate: 'ns/c', origin }],
      certificates: [certificate],
    });
    expect(ask(view(tls), 'https://[::1]:8443/').outcome.type).toBe('nothing');
    const star = { ...tls, tls: [...tls.tls, { name: '*', certificate: 'ns/c', origin }] };
    expect(ask(view(star), 'https://[::1]:8443/')).toMatchObject({
      outcome: { type: 'forward' },
      tls: { name: '*', because: 'clients send no server name for an address' },
      host: { name: '*' },
    });
  });

  it('names the public port of redirects to https', () => {
    const policies = { httpsRedirect: true };
    const secured = gateway({ hosts: [host('*.a.test', [route('/', { to: 'web', policies })], true)] });
    const { outcome } = ask(view(secured, [], { httpsPublicPort: 8443 }), 'http://x.a.test:8080/y?z');
    expect(outcome).toEqual({ type: 'redirect', status: 308, location: 'https://x.a.test:8443/y?z' });
  });
});
