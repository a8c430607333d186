/** Where the instances of a Service are, and what they speak. */
import { isIP } from 'node:net';
import type { Backend, BackendResolution, Endpoint } from '#ir/types.ts';
import { compareText } from '#lib/sorted.ts';
import type { EndpointSlice } from '#model/endpoint-slice.ts';
import type { Service, ServicePort } from '#model/service.ts';

/** `passthrough`: leave balancing to the cluster IP, where there is one. */
export function serviceResolution(
  service: Service,
  port: number,
  servicePort: ServicePort | undefined,
  slices: readonly EndpointSlice[],
  passthrough: boolean,
): BackendResolution {
  const { type, externalName, clusterIP } = service.spec;
  if (type === 'ExternalName') {
    const endpoints = externalName === undefined ? [] : [{ address: externalName, port, weight: 1 }];
    return { type: endpoints.some(({ address }) => isIP(address) === 0) ? 'dns' : 'endpoints', endpoints };
  }
  if (passthrough && clusterIP !== undefined && isIP(clusterIP) !== 0) {
    return { type: 'endpoints', endpoints: [{ address: clusterIP, port, weight: 1 }] };
  }
  const endpoints = new Map<string, Endpoint>();
  for (const slice of slices) {
    const target = slicePort(slice, service, servicePort);
    if (target === undefined) continue;
    for (const { addresses, conditions } of slice.endpoints) {
      if (conditions.ready === false) continue;
      for (const address of addresses) {
        if (slice.addressType !== 'FQDN' && isIP(address) === 0) continue;
        endpoints.set(`${address} ${target}`, { address, port: target, weight: 1 });
      }
    }
  }
  const list = [...endpoints.values()].sort((a, b) => compareText(a.address, b.address) || a.port - b.port);
  return { type: list.some(({ address }) => isIP(address) === 0) ? 'dns' : 'endpoints', endpoints: list };
}

/** Slices name their ports as the Service does. Slices written by hand often do not: then the number or the only port counts. */
function slicePort(slice: EndpointSlice, service: Service, servicePort: ServicePort | undefined): number | undefined {
  const name = servicePort?.name ?? '';
  const byName = slice.ports.find((port) => port.name === name);
  if (byName !== undefined) return byName.port;
  const { targetPort } = servicePort ?? {};
  const byTarget = slice.ports.find((port) =>
    typeof targetPort === 'number' ? port.port === targetPort : port.name === targetPort,
  );
  if (byTarget !== undefined) return byTarget.port;
  const [only] = slice.ports;
  return slice.ports.length === 1 && service.spec.ports.length === 1 ? only?.port : undefined;
}

/** By `appProtocol`, else by the beginning of the port's name (`grpc-`, `http2-`, `https-`). */
export function portProtocol(port: ServicePort | undefined): {
  readonly protocol: Backend['protocol'];
  readonly tls: boolean;
} {
  const word = (port?.appProtocol ?? '').toLowerCase().replace(/^kubernetes\.io\//, '');
  const name = word === '' ? (/^(grpc-web|grpcs?|http2|https)(-|$)/.exec(port?.name ?? '')?.[1] ?? '') : word;
  switch (name) {
    case 'h2c':
    case 'http2':
    case 'grpc':
      return { protocol: 'http2', tls: false };
    case 'grpcs':
      return { protocol: 'http2', tls: true };
    case 'https':
    case 'wss':
      return { protocol: 'http1', tls: true };
    default:
      return { protocol: 'http1', tls: false };
  }
}
