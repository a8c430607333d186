/** From a reference to the thing it means: which Service or registry service, which port. */
import type { RegistryService } from '#model/registry-service.ts';
import type { Service, ServicePort } from '#model/service.ts';
import type { ClusterIndex } from './cluster-index.ts';
import type { BackendRef, PortRef } from './ref.ts';

/** Why a reference does not work, for the object that makes it. */
export interface Issue {
  readonly severity: 'error' | 'warning';
  readonly reason: string;
  readonly value: string;
  readonly message: string;
  readonly hint: string;
}

/** `host` and `port` name the upstream even when it is missing; without `port` it cannot be named at all. */
export interface Located {
  readonly host: string;
  readonly port?: number;
  readonly subset?: string;
  readonly service?: Service;
  readonly servicePort?: ServicePort;
  readonly registry?: RegistryService;
  readonly issue?: Issue;
  /** The route is left out rather than answered with 503. */
  readonly drop?: boolean;
}

/** Used to name a missing upstream for which nobody gives a port. */
const ASSUMED_PORT = 80;

export function locate(ref: BackendRef, index: ClusterIndex, domainSuffix: string): Located {
  if (ref.type === 'service') return locateService(ref.namespace, ref.name, ref.port, index, domainSuffix);
  const subset = ref.subset === undefined ? {} : { subset: ref.subset };
  const inCluster = clusterName(ref.host, domainSuffix);
  const found =
    inCluster === undefined
      ? locateRegistry(ref.host, ref.port, index)
      : locateService(inCluster.namespace, inCluster.name, ref.port, index, domainSuffix);
  if (ref.subset === undefined || found.issue !== undefined) return { ...found, ...subset };
  return {
    ...found,
    ...subset,
    issue: {
      severity: 'warning',
      reason: 'SubsetNotSupported',
      value: ref.subset,
      message: `subset "${ref.subset}" of ${ref.host} is not known; requests go to all of its instances`,
      hint: 'subsets come from Istio objects, which are not read; leave the word away',
    },
  };
}

/** `web.shop.svc.cluster.local` and `web.shop.svc`. */
function clusterName(host: string, domainSuffix: string): { namespace: string; name: string } | undefined {
  const short = host.endsWith(`.${domainSuffix}`) ? host.slice(0, -domainSuffix.length - 1) : host;
  const parts = /^([^.]+)\.([^.]+)\.svc$/.exec(short);
  return parts === null ? undefined : { name: parts[1]!, namespace: parts[2]! };
}

function locateService(
  namespace: string,
  name: string,
  port: PortRef,
  index: ClusterIndex,
  domainSuffix: string,
): Located {
  const host = `${name}.${namespace}.svc.${domainSuffix}`;
  const service = index.service(namespace, name);
  if (service === undefined) {
    return {
      host,
      ...(typeof port === 'number' ? { port } : {}),
      issue: {
        severity: 'error',
        reason: 'ServiceNotFound',
        value: `${namespace}/${name}`,
        message: `Service ${namespace}/${name} does not exist; requests get 503`,
        hint: 'create the Service, or correct its name',
      },
    };
  }
  const { ports, type } = service.spec;
  const servicePort =
    port === undefined
      ? ports[0]
      : ports.find((one) => (typeof port === 'number' ? one.port === port : one.name === port));
  if (servicePort !== undefined) return { host, port: servicePort.port, service, servicePort };
  // An ExternalName need not list ports: any number goes to that port of the outside host.
  if (type === 'ExternalName' && typeof port === 'number') return { host, port, service };
  const known = ports.map((one) => (one.name === '' ? String(one.port) : `${one.port} (${one.name})`)).join(', ');
  const named = typeof port === 'string';
  return {
    host,
    ...(typeof port === 'number' ? { port } : {}),
    issue: {
      severity: 'error',
      reason: 'ServicePortNotFound',
      value: String(port ?? ''),
      message: `Service ${namespace}/${name} has no port ${port ?? ''}; ${named ? 'the path is left out' : 'requests get 503'}`,
      hint: known === '' ? 'the Service has no ports' : `its ports are ${known}`,
    },
    ...(named ? { drop: true } : {}),
  };
}

function locateRegistry(host: string, port: number | undefined, index: ClusterIndex): Located {
  const registry = index.registry(host);
  if (registry === undefined) {
    return {
      host,
      port: port ?? ASSUMED_PORT,
      issue: {
        severity: 'error',
        reason: 'ServiceNotFound',
        value: host,
        message: `no registry has a service "${host}"; requests to it get 503`,
        hint: 'check the registries of the McpBridge and the name (NAME.static, NAME.dns, NAME.GROUP.NAMESPACE.nacos, NAME.NAMESPACE.svc.cluster.local)',
      },
    };
  }
  if (port === undefined || port === registry.port || registry.instances.some((one) => one.port === port)) {
    return { host: registry.host, port: port ?? registry.port, registry };
  }
  return {
    host: registry.host,
    port,
    registry,
    issue: {
      severity: 'warning',
      reason: 'ServicePortMismatch',
      value: String(port),
      message: `service "${host}" has port ${registry.port}, not ${port}; its instances are used with their own ports`,
      hint: 'leave the port away',
    },
  };
}
