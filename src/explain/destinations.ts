/** Where a route sends its requests: clusters with their share, and the endpoints behind them. */
import type { Backend, Destination, Origin, Route } from '#ir/types.ts';
import { SERVICE_NAME_LABEL } from '#model/endpoint-slice.ts';
import { CANARY_NAMES } from '#model/ingress/annotations/canary.ts';
import { DESTINATION_NAMES } from '#model/ingress/annotations/destination.ts';
import { HEADER_NAMES } from '#model/ingress/annotations/headers.ts';
import type { McpBridge } from '#model/mcp-bridge.ts';
import { type KubeObject, originOf } from '#model/object.ts';
import { headersText } from './policies.ts';
import { annotationsOf, type Locate, type Owners, type Source, sourceOf } from './source.ts';
import { type GatewayView, isDiscovered } from './view.ts';

const NOT_ASKED = 'offline no registry is asked for its instances';

export interface DestinationInForce {
  readonly cluster: string;
  readonly weight: number;
  /** Of the requests, 0 to 100. */
  readonly percent: number;
  /** Clusters that stand in, in this order, while this one has no endpoint. */
  readonly fallbacks?: readonly string[];
  readonly headers?: string;
  readonly protocol?: Backend['protocol'];
  /** Server name and verification of TLS to the upstream. */
  readonly tls?: Backend['tls'];
  readonly loadBalancing?: string;
  readonly resolution?: 'endpoints' | 'dns';
  readonly endpoints: readonly string[];
  /** Why `endpoints` says nothing. */
  readonly endpointsUnknown?: string;
  /** The part of the Ingress that names it, the Service or registry, and what lists the endpoints. */
  readonly sources: readonly Source[];
}

export function destinationsOf(route: Route, owners: Owners, view: GatewayView, locate: Locate): DestinationInForce[] {
  if (route.action.type !== 'forward') return [];
  const { destinations } = route.action;
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  const byName = new Map(view.gateway.backends.map((backend) => [backend.name, backend]));
  return destinations.map((destination) => {
    const backend = byName.get(destination.backend);
    const origins = [...namedBy(route, destination, backend, owners), ...behind(backend, view)];
    return {
      cluster: destination.backend,
      weight: destination.weight,
      percent: total === 0 ? 0 : Math.round((destination.weight / total) * 10_000) / 100,
      ...(destination.fallbacks === undefined ? {} : { fallbacks: destination.fallbacks }),
      ...(destination.headers === undefined ? {} : { headers: headersText(destination.headers) }),
      ...(backend === undefined ? {} : shape(backend)),
      endpoints: (backend?.resolution.endpoints ?? []).map(endpointText),
      ...(backend !== undefined && isDiscovered(backend) && !view.registriesAsked
        ? { endpointsUnknown: NOT_ASKED }
        : {}),
      sources: distinct(origins).map((origin) => sourceOf(origin, locate)),
    };
  });
}

function shape(backend: Backend): Partial<DestinationInForce> {
  return {
    protocol: backend.protocol,
    ...(backend.tls === undefined ? {} : { tls: backend.tls }),
    loadBalancing: backend.loadBalancing.type,
    resolution: backend.resolution.type,
  };
}

function endpointText({ address, port, weight }: Backend['resolution']['endpoints'][number]): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return weight === 1 ? `${host}:${port}` : `${host}:${port} weight ${weight}`;
}

/** The rule of the Ingress, or of the canary whose backend it is, and what the share and the header edits come from. */
function namedBy(route: Route, destination: Destination, backend: Backend | undefined, owners: Owners): Origin[] {
  const edits = destination.headers === undefined ? {} : HEADER_NAMES;
  const canary = owners.canaries.find(({ ingress, path }) => {
    const service = path.backend.service?.name;
    return service !== undefined && backend?.host.startsWith(`${service}.${ingress.metadata.namespace}.`);
  });
  if (canary !== undefined) {
    const { ingress, path } = canary;
    return [originOf(ingress, `${path.at}.backend`), ...annotationsOf(ingress, { ...CANARY_NAMES, ...edits })];
  }
  const listed = annotationsOf(owners.own, DESTINATION_NAMES);
  const { path } = route.origin;
  const at = path === undefined || path === 'spec.defaultBackend' ? path : `${path}.backend`;
  const rule: Origin = { ...route.origin, ...(at === undefined ? {} : { path: at }) };
  const isService = destination.backend.includes('.svc.');
  return [...(listed.length > 0 && !isService ? listed : [rule]), ...annotationsOf(owners.base, edits)];
}

/** The Service and what lists its endpoints, or the entry of the registry. */
function behind(backend: Backend | undefined, { objects }: GatewayView): Origin[] {
  if (backend === undefined) return [];
  const { kind, namespace, name } = backend.origin;
  const same = ({ metadata }: KubeObject) => metadata.namespace === namespace && metadata.name === name;
  if (kind === 'McpBridge') {
    const bridge = objects.mcpBridges.find(same);
    return bridge === undefined ? [backend.origin] : registryEntries(backend, bridge);
  }
  const slices = objects.endpointSlices.filter(
    ({ metadata }) =>
      kind === 'Service' && metadata.namespace === namespace && metadata.labels[SERVICE_NAME_LABEL] === name,
  );
  return [backend.origin, ...slices.map((slice) => originOf(slice))];
}

/** Those of the kind that the host name ends in; hosts of `static` and `dns` are called after their entry. */
function registryEntries({ host }: Backend, bridge: McpBridge): Origin[] {
  const kind = host.slice(host.lastIndexOf('.') + 1);
  const fitting = bridge.spec.registries.filter(({ config }) =>
    kind === 'static' || kind === 'dns' ? host === `${config.name}.${config.type}` : config.type.startsWith(kind),
  );
  return fitting.length === 0 ? [originOf(bridge)] : fitting.map(({ path }) => originOf(bridge, path));
}

function distinct(origins: readonly Origin[]): Origin[] {
  return [...new Map(origins.map((one) => [`${one.kind} ${one.namespace}/${one.name} ${one.path}`, one])).values()];
}
