/** Small builders of gateway values for tests. */
import type {
  AccessLogSettings,
  Backend,
  BuiltinBinding,
  Certificate,
  Destination,
  DownstreamSettings,
  ForwardAction,
  Gateway,
  Host,
  Origin,
  PathMatch,
  Route,
  TlsHost,
  TracingSettings,
} from '#ir/types.ts';
import type { PluginCatalogue, PluginDefinition } from '#plugin-sdk/definition.ts';

export const origin: Origin = { kind: 'Ingress', namespace: 'default', name: 'test' };

export const downstream: DownstreamSettings = {
  idleTimeoutMs: 180_000,
  maxRequestHeadersKb: 60,
  connectionBufferLimitBytes: 32_768,
  http2: { maxConcurrentStreams: 100, initialStreamWindowSize: 65_535, initialConnectionWindowSize: 1_048_576 },
  upstreamConnectionBufferLimitBytes: 10_485_760,
  disableXEnvoyHeaders: false,
  addXRealIpHeader: false,
  http3: false,
  proxyProtocol: false,
  offersHttp2: true,
  tls: {},
};

export const zipkin: TracingSettings = {
  type: 'zipkin',
  backend: 'b',
  host: 'zipkin.test',
  serviceName: 'gateway',
  samplingPercent: 100,
  timeoutMs: 500,
  tags: [],
};

const accessLog: AccessLogSettings = { path: '', encoding: 'TEXT' };

export function gateway(parts: {
  hosts: readonly Host[];
  backends?: readonly Backend[];
  tls?: readonly TlsHost[];
  certificates?: readonly Certificate[];
  downstream?: Partial<DownstreamSettings>;
  accessLog?: AccessLogSettings;
  tracing?: TracingSettings;
}): Gateway {
  return {
    hosts: parts.hosts,
    tls: parts.tls ?? [],
    certificates: parts.certificates ?? [],
    backends: parts.backends ?? [],
    downstream: { ...downstream, ...parts.downstream },
    accessLog: parts.accessLog ?? accessLog,
    ...(parts.tracing === undefined ? {} : { tracing: parts.tracing }),
  };
}

export function host(name: string, routes: readonly Route[], tls = false): Host {
  return { name, tls, routes };
}

let count = 0;

type RouteParts = Partial<Omit<Route, 'match'>> & {
  match?: Partial<Route['match']>;
  to?: string | readonly Destination[];
};

/** `path`: `=/a` exact, `/a` prefix, `/a/**` whole segments, `~regex`. Forwards to `to`, a backend name or destinations. */
export function route(path: string, { match, to, ...rest }: RouteParts = {}): Route {
  count += 1;
  const name = rest.name ?? `route-${path}`;
  return {
    name,
    id: `${name}|${count}`,
    origin,
    action: forward(to ?? 'echo'),
    policies: {},
    plugins: [],
    ...rest,
    match: { path: pathMatch(path), ...match },
  };
}

export function forward(to: string | readonly Destination[], more: Partial<ForwardAction> = {}): ForwardAction {
  const destinations = typeof to === 'string' ? [{ backend: to, weight: 1 }] : to;
  return { type: 'forward', destinations, ...more };
}

function pathMatch(path: string): PathMatch {
  if (path.startsWith('=')) return { type: 'exact', value: path.slice(1) };
  if (path.startsWith('~')) return { type: 'regex', value: path.slice(1) };
  if (path.endsWith('/**')) return { type: 'segments', value: path.slice(0, -3) || '/' };
  return { type: 'prefix', value: path };
}

export function backend(name: string, ports: number | readonly number[], more: Partial<Backend> = {}): Backend {
  const list = typeof ports === 'number' ? [ports] : ports;
  return {
    name,
    host: `${name}.test`,
    port: 80,
    protocol: 'http1',
    resolution: { type: 'endpoints', endpoints: list.map((port) => ({ address: '127.0.0.1', port, weight: 1 })) },
    loadBalancing: { type: 'round_robin' },
    connectTimeoutMs: 2000,
    origin,
    ...more,
  };
}

export function builtin(plugin: string, config: unknown, more: Partial<BuiltinBinding> = {}): BuiltinBinding {
  return {
    kind: 'builtin',
    plugin,
    config,
    instance: `higress-system/${plugin}`,
    phase: 'UNSPECIFIED_PHASE',
    priority: 0,
    failStrategy: 'closed',
    origin: { kind: 'WasmPlugin', namespace: 'higress-system', name: plugin },
    ...more,
  };
}

export function catalogue(definitions: readonly PluginDefinition[] = []): PluginCatalogue {
  const byName = new Map(definitions.map((definition) => [definition.manifest.name, definition]));
  return { get: (name) => byName.get(name), names: () => [...byName.keys()] };
}
