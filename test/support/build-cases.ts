/** Gateways whose resources stand in src/xds/build/testdata as `NAME.xds.yaml`. */
import { z } from 'zod';
import type { Gateway } from '#ir/types.ts';
import { SecretText } from '#lib/secret.ts';
import type { PluginDefinition } from '#plugin-sdk/definition.ts';
import type { HookNeeds } from '#plugin-sdk/hooks.ts';
import type { NativeStep } from '#plugin-sdk/lower.ts';
import { backend, builtin, catalogue, forward, gateway, host, origin, route, zipkin } from '#test/ir.ts';
import type { BuildOptions } from '#xds/build/options.ts';
import type { ResourceType } from '#xds/snapshot/resources.ts';

export const options: BuildOptions = {
  address: '0.0.0.0',
  httpPort: 8080,
  httpsPort: 8443,
  httpsPublicPort: 443,
  pluginServer: { extProc: { socket: '/run/ep.sock' }, http: { socket: '/run/ph.sock' } },
  egress: { socket: '/run/egress.sock' },
  nativeModule: true,
  wasm: {
    moduleUri: (ref) => ({ ready: true, uri: `http://plugin-server/modules/${ref.sha256}`, sha256: ref.sha256 }),
  },
};

const manifest = (name: string, mayReroute = false) =>
  ({
    name,
    version: '1.0.0',
    title: name,
    summary: '',
    phase: 'UNSPECIFIED_PHASE',
    priority: 0,
    category: 'ai',
    mayReroute,
  }) as const;

function native(name: string): PluginDefinition {
  const lower = (config: unknown) => ({ lowered: true as const, ...(config as { steps: readonly NativeStep[] }) });
  return { manifest: manifest(name), schema: z.unknown(), lower };
}

function hooks(name: string, needs: HookNeeds, mayReroute = false): PluginDefinition {
  return { manifest: manifest(name, mayReroute), schema: z.unknown(), hooks: () => ({ needs }) };
}

/** Names of attributes of spans stand in its configuration. */
function writesSpans(definition: PluginDefinition): PluginDefinition {
  return { ...definition, spanKeys: (config) => (config as { spans?: readonly string[] }).spans ?? [] };
}

/** `native`: whatever steps its configuration holds; `guard`: cannot be configured per route; `look`, `read`: hooks. */
export const plugins = catalogue([
  writesSpans(native('native')),
  native('model-router'),
  { ...native('guard'), hooks: () => ({ needs: { requestHeaders: true } }) },
  writesSpans(hooks('look', { requestHeaders: true })),
  hooks('read', { requestBody: 'buffered', responseBody: 'auto' }),
  { ...hooks('mcp', {}), serve: () => ({ handle: () => Promise.resolve({ status: 200 }) }) },
]);

export function setHeader(name: string, value: string): NativeStep {
  const append = { header: { key: name, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' };
  return { filter: 'header_mutation', config: { mutations: { request_mutations: [{ append }] } } };
}

export const readModel: NativeStep = {
  filter: 'transform',
  config: {
    request_transformation: {
      headers_mutations: [{ append: { header: { key: 'x-model', value: '%REQUEST_BODY(model)%' } } }],
    },
    clear_route_cache: true,
  },
};

export interface Case {
  readonly gateway: Gateway;
  readonly show: readonly ResourceType[];
}

const routing: Case = {
  show: ['route', 'cluster', 'endpoint'],
  gateway: gateway({
    hosts: [
      host('shop.test', [
        route('=/cart', {
          match: { methods: ['GET', 'HEAD'], headers: [{ name: 'x-env', type: 'exact', value: 'gray' }] },
        }),
        route('/api/**', {
          action: forward('echo', { rewrite: { path: { type: 'prefix', value: '/' } }, timeoutMs: 2500 }),
        }),
        route('~/v[0-9]+/.*', {
          to: [
            { backend: 'echo', weight: 90 },
            { backend: 'next', weight: 10 },
          ],
        }),
        route('/old', { action: { type: 'redirect', status: 301, host: 'shop.test', path: '/new?from=old' } }),
        route('/', { to: [] }),
      ]),
      host('*.shop.test', [route('/', { policies: { httpsRedirect: true } })], true),
    ],
    backends: [
      backend('echo', 8081),
      backend('next', [8082, 8083], {
        protocol: 'http2',
        loadBalancing: { type: 'least_request' },
        idleTimeoutMs: 10_000,
      }),
      backend('vendor', 443, {
        resolution: { type: 'dns', endpoints: [{ address: 'api.vendor.test', port: 443, weight: 1 }] },
        tls: { sni: 'api.vendor.test', verify: true },
      }),
    ],
  }),
};

const policies: Case = {
  show: ['route'],
  gateway: gateway({
    downstream: { addXRealIpHeader: true },
    hosts: [
      host('*', [
        route('/', {
          policies: {
            ipAccess: { allow: ['10.0.0.0/8', '2001:db8::1'], deny: ['10.9.0.0/16'] },
            rateLimit: { fill: 10, intervalMs: 1000, burst: 50 },
            cors: {
              origins: [{ type: 'any' }],
              methods: ['GET'],
              headers: [],
              exposeHeaders: ['x-b'],
              credentials: false,
              maxAgeSeconds: 5,
            },
            headers: {
              request: { set: [{ name: 'x-a', value: '100% %REQ(:path)%' }] },
              response: { remove: ['server'] },
            },
          },
        }),
      ]),
    ],
  }),
};

const pluginWays: Case = {
  show: ['route', 'chain'],
  gateway: gateway({
    hosts: [
      host('plugins.test', [
        route('=/order', {
          policies: { rateLimit: { fill: 1, intervalMs: 1000, burst: 1 } },
          plugins: [
            builtin('look', { auth: 1 }, { phase: 'AUTHN', instance: 'ns/auth' }),
            builtin('native', { steps: [setHeader('x-stats', '1')] }, { phase: 'STATS', instance: 'ns/stats' }),
            builtin('look', { b: 1 }, { instance: 'ns/b', failStrategy: 'open' }),
            builtin('read', { a: 1 }, { instance: 'ns/a', priority: 10 }),
          ],
        }),
        route('/mcp', { plugins: [builtin('mcp', { server: 1 })] }),
        route('/module', {
          plugins: [
            {
              kind: 'wasm',
              instance: 'ns/mine',
              phase: 'UNSPECIFIED_PHASE',
              priority: 0,
              failStrategy: 'open',
              origin,
              module: { url: 'oci://hub/mine:1', sha256: 'ab12', pullPolicy: 'IfNotPresent' },
              rootId: 'root',
              config: { key: 'value' },
              env: [{ name: 'HOME', fromHost: true }],
            },
          ],
        }),
      ]),
    ],
  }),
};

const rerouting: Case = {
  show: ['route', 'chain'],
  gateway: gateway({
    hosts: [
      host('ai.test', [
        route('/', {
          name: 'gpt',
          match: { headers: [{ name: 'x-model', type: 'exact', value: 'gpt' }] },
          policies: { ipAccess: { deny: ['10.0.0.0/8'] } },
          plugins: [
            builtin(
              'guard',
              { steps: [{ filter: 'basic_auth', config: { users: { inline_string: 'u:{SHA}x' } } }] },
              { phase: 'AUTHN', priority: 300 },
            ),
            builtin('read', { to: 'gpt' }),
          ],
        }),
        route('/', {
          name: 'rest',
          plugins: [
            builtin(
              'model-router',
              { steps: [readModel], reroutes: true, bufferBytes: 1000 },
              { phase: 'AUTHN', priority: 900 },
            ),
          ],
        }),
      ]),
    ],
  }),
};

const spans: Case = {
  show: ['route'],
  gateway: gateway({
    tracing: { ...zipkin, samplingPercent: 12.5, tags: [{ name: 'of-all', from: { type: 'literal', value: 'v' } }] },
    hosts: [
      host('spans.test', [
        route('/both', {
          plugins: [
            builtin('native', { steps: [setHeader('x-a', '1')], spans: ['gen_ai.span.kind', 'mine'] }),
            builtin('look', { spans: ['mine', 'other'] }),
          ],
        }),
        route('/none', { plugins: [builtin('look', {})] }),
      ]),
    ],
    backends: [backend('b', 1)],
  }),
};

const tls: Case = {
  show: ['listener', 'secret'],
  gateway: gateway({
    hosts: [host('a.test', [route('/')], true)],
    tls: [
      { name: '*', certificate: 'ns/default', origin },
      {
        name: 'a.test',
        certificate: 'ns/a',
        minVersion: 'TLSv1_2',
        ciphers: ['ECDHE-RSA-AES128-GCM-SHA256', 'NOT-A-CIPHER'],
        origin,
      },
      { name: 'b.test', certificate: 'ns/missing', origin },
      { name: 'c.test', certificate: 'ns/a', clientCa: 'ns/a', origin },
    ],
    certificates: [
      { name: 'ns/a', chain: 'CHAIN A', key: new SecretText('KEY A'), ca: 'CA A', origin },
      { name: 'ns/default', chain: 'CHAIN', key: new SecretText('KEY'), origin },
    ],
    accessLog: { path: '/dev/stdout', encoding: 'TEXT' },
  }),
};

export const cases: Readonly<Record<string, Case>> = { routing, policies, plugins: pluginWays, rerouting, spans, tls };
