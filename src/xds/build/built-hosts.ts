/** The hosts of a gateway, built, as lists that are kept from build to build and changed where the gateway changed. */
import type { Host } from '#ir/types.ts';
import { difference } from '#lib/difference.ts';
import { changedSorted } from '#lib/sorted.ts';
import type { BuiltHost } from './virtual-host.ts';

export interface BuiltHostLists {
  /** Sorted by name. The same array as in the build before when nothing changed; so are the lists below. */
  readonly all: readonly BuiltHost[];
  /** Those served over TLS. */
  readonly tls: readonly BuiltHost[];
  /** Those that bring anything beside their routes: plugin chains, clusters, problems. */
  readonly notable: readonly BuiltHost[];
}

const nameOf = ({ name }: BuiltHost) => name;
const isTls = ({ https }: BuiltHost) => https !== undefined;
const isNotable = (host: BuiltHost) =>
  host.fallback !== undefined ||
  [host.problems, host.explain, host.chains, host.aggregates, host.picked, host.connected].some(
    ({ length }) => length > 0,
  );

export class BuiltHosts {
  readonly #build: (host: Host) => BuiltHost;
  #from: readonly Host[] = [];
  readonly #built = new Map<Host, BuiltHost>();
  /** May come out differently at any time, so they are built each time. */
  readonly #uncacheable = new Set<Host>();
  #lists: BuiltHostLists = { all: [], tls: [], notable: [] };

  constructor(build: (host: Host) => BuiltHost) {
    this.#build = build;
  }

  update(hosts: readonly Host[]): BuiltHostLists {
    const { removed, added } = difference(this.#from, hosts);
    this.#from = hosts;
    const gone = removed.map((host) => this.#forget(host));
    const again = [...this.#uncacheable];
    gone.push(...again.map((host) => this.#forget(host)));
    const come = [...added, ...again].map((host) => this.#make(host));
    const { all, tls, notable } = this.#lists;
    this.#lists = {
      all: changedSorted(all, gone, come, nameOf),
      tls: changedSorted(tls, gone.filter(isTls), come.filter(isTls), nameOf),
      notable: changedSorted(notable, gone.filter(isNotable), come.filter(isNotable), nameOf),
    };
    return this.#lists;
  }

  #make(host: Host): BuiltHost {
    const built = this.#build(host);
    this.#built.set(host, built);
    if (!built.cacheable) this.#uncacheable.add(host);
    return built;
  }

  #forget(host: Host): BuiltHost {
    const built = this.#built.get(host)!;
    this.#built.delete(host);
    this.#uncacheable.delete(host);
    return built;
  }
}
