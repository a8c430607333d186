/** Addresses that Ingresses show, from the Services of the gateway. Pure. The rules are those of ingress-nginx's `--publish-service`. */

export interface LoadBalancerAddress {
  readonly ip?: string;
  readonly hostname?: string;
}

export interface PublishedService {
  readonly type?: string;
  readonly clusterIP?: string;
  readonly externalIPs?: readonly string[];
  readonly externalName?: string;
  readonly ingress?: readonly LoadBalancerAddress[];
}

/** Sorted, each once. */
export function publishedAddresses(services: readonly PublishedService[]): readonly LoadBalancerAddress[] {
  const all = services.flatMap(addressesOf);
  const byText = new Map(all.map((address) => [text(address), address]));
  return [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, address]) => address);
}

export function sameAddresses(a: readonly LoadBalancerAddress[], b: readonly LoadBalancerAddress[]): boolean {
  const texts = (list: readonly LoadBalancerAddress[]) => list.map(text).sort().join();
  return texts(a) === texts(b);
}

function addressesOf(service: PublishedService): readonly LoadBalancerAddress[] {
  const external = (service.externalIPs ?? []).map((ip) => ({ ip }));
  const cluster =
    service.clusterIP === undefined || ['', 'None'].includes(service.clusterIP) ? [] : [{ ip: service.clusterIP }];
  switch (service.type) {
    case 'LoadBalancer': {
      const given = (service.ingress ?? []).flatMap(({ ip, hostname }) => [
        ...(ip ? [{ ip }] : []),
        ...(hostname ? [{ hostname }] : []),
      ]);
      return given.length > 0 ? given : external;
    }
    case 'ExternalName':
      return service.externalName ? [{ hostname: service.externalName }] : [];
    case 'NodePort':
      return external.length > 0 ? external : cluster;
    default:
      return external.length > 0 ? external : cluster;
  }
}

function text({ ip, hostname }: LoadBalancerAddress): string {
  return ip ?? hostname ?? '';
}
