/** Objects by name, made once per list. */

import { compareText } from '#lib/sorted.ts';
import { type EndpointSlice, SERVICE_NAME_LABEL } from '#model/endpoint-slice.ts';
import type { RegistryService } from '#model/registry-service.ts';
import type { Secret } from '#model/secret.ts';
import type { Service } from '#model/service.ts';
import type { World, WorldSettings } from '#model/world.ts';
import { memoLast } from '../memo.ts';

export interface ClusterIndex {
  service(namespace: string, name: string): Service | undefined;
  /** Of one Service, sorted by name. */
  slices(namespace: string, name: string): readonly EndpointSlice[];
  secret(namespace: string, name: string): Secret | undefined;
  registry(host: string): RegistryService | undefined;
  /** What lookups of Secrets depend on; compared by identity. */
  readonly secrets: object;
  /** Whatever lookups of services depend on; compared by identity. */
  readonly lists: readonly unknown[];
  /** Hosts that several registries claim, with those registries. */
  readonly doubleHosts: readonly { readonly host: string; readonly registries: readonly string[] }[];
}

type Lists = Pick<World, 'services' | 'endpointSlices' | 'secrets' | 'registryServices'>;

const NO_SLICES: readonly EndpointSlice[] = [];

export function createIndexer(settings: Pick<WorldSettings, 'watchNamespace' | 'systemNamespace'>) {
  const seen = ({ metadata }: { metadata: { namespace: string } }) =>
    settings.watchNamespace === '' ||
    metadata.namespace === settings.watchNamespace ||
    metadata.namespace === settings.systemNamespace;
  const services = memoLast((list: readonly Service[]) => byName(list.filter(seen)));
  const secrets = memoLast((list: readonly Secret[]) => byName(list.filter(seen)));
  const slices = memoLast((list: readonly EndpointSlice[]) => slicesByService(list.filter(seen)));
  const registries = memoLast(registryHosts);
  return (world: Lists): ClusterIndex => {
    const { winners, double } = registries(world.registryServices);
    const found = {
      services: services(world.services),
      secrets: secrets(world.secrets),
      slices: slices(world.endpointSlices),
    };
    return {
      service: (namespace, name) => found.services.get(`${namespace}/${name}`),
      slices: (namespace, name) => found.slices.get(`${namespace}/${name}`) ?? NO_SLICES,
      secret: (namespace, name) => found.secrets.get(`${namespace}/${name}`),
      registry: (host) => winners.get(host.toLowerCase()),
      secrets: found.secrets,
      lists: [found.services, found.slices, winners],
      doubleHosts: double,
    };
  };
}

function byName<T extends { metadata: { namespace: string; name: string } }>(list: readonly T[]): Map<string, T> {
  return new Map(list.map((object) => [`${object.metadata.namespace}/${object.metadata.name}`, object]));
}

function slicesByService(list: readonly EndpointSlice[]): Map<string, EndpointSlice[]> {
  const out = new Map<string, EndpointSlice[]>();
  for (const slice of list) {
    const service = slice.metadata.labels[SERVICE_NAME_LABEL];
    if (service === undefined) continue;
    const key = `${slice.metadata.namespace}/${service}`;
    const known = out.get(key);
    if (known === undefined) out.set(key, [slice]);
    else known.push(slice);
  }
  for (const slices of out.values()) slices.sort((a, b) => compareText(a.metadata.name, b.metadata.name));
  return out;
}

/** Host names of registries compare without case. Of two registries with one host the first by type and name counts. */
function registryHosts(list: readonly RegistryService[]) {
  const label = ({ registry }: RegistryService) => `${registry.type}/${registry.name}`;
  const sorted = [...list].sort((a, b) => compareText(label(a), label(b)) || compareText(a.host, b.host));
  const winners = new Map<string, RegistryService>();
  const claims = new Map<string, string[]>();
  for (const service of sorted) {
    const host = service.host.toLowerCase();
    if (!winners.has(host)) winners.set(host, service);
    claims.set(host, [...(claims.get(host) ?? []), label(service)]);
  }
  const double = [...claims].filter(([, registries]) => registries.length > 1);
  return { winners, double: double.map(([host, registries]) => ({ host, registries })) };
}
