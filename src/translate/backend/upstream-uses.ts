/**
 * Which hosts use which upstreams. An upstream is looked up once however many hosts use it, and again only when something that upstreams are made of
 * changed.
 */
import type { BackendRef } from './ref.ts';
import type { BackendResolver, Resolved } from './resolver.ts';

interface Use {
  readonly ref: BackendRef;
  readonly hosts: Set<string>;
  /** Undefined until it is looked up. */
  found: Resolved | undefined;
}

export class UpstreamUses {
  readonly #resolver: BackendResolver;
  readonly #uses = new Map<string, Use>();
  readonly #refsOf = new Map<string, readonly BackendRef[]>();
  #epoch: object | undefined;

  constructor(resolver: BackendResolver) {
    this.#resolver = resolver;
  }

  /** From now on the host uses these; `settle` looks up those that are new. */
  assign(host: string, refs: readonly BackendRef[]): void {
    const before = this.#refsOf.get(host) ?? [];
    for (const ref of refs) this.#useOf(ref).hosts.add(host);
    const wanted = new Set(refs.map(({ key }) => key));
    for (const { key } of before) {
      const hosts = this.#uses.get(key)?.hosts;
      if (hosts === undefined || wanted.has(key)) continue;
      hosts.delete(host);
      if (hosts.size === 0) this.#uses.delete(key);
    }
    if (refs.length === 0) this.#refsOf.delete(host);
    else this.#refsOf.set(host, refs);
  }

  /** After all that was to be assigned, between `seal` (which gave the epoch) and `finish` of the resolver. Returns the hosts with an upstream that is another now. */
  settle(epoch: object): Set<string> {
    const changed = new Set<string>();
    if (epoch === this.#epoch) {
      const names = new Set<string>();
      const fresh: Use[] = [];
      for (const use of this.#uses.values()) {
        if (use.found === undefined) fresh.push(use);
        else if (use.found.backend !== undefined) names.add(use.found.backend.name);
      }
      this.#resolver.keep(names);
      for (const use of fresh) use.found = this.#resolver.resolve(use.ref);
    } else {
      for (const use of this.#uses.values()) {
        const found = this.#resolver.resolve(use.ref);
        if (use.found === undefined || !sameResolved(found, use.found)) for (const host of use.hosts) changed.add(host);
        use.found = found;
      }
    }
    this.#epoch = epoch;
    return changed;
  }

  /** Of a reference that some host uses, after `settle`. */
  found({ key }: BackendRef): Resolved {
    const found = this.#uses.get(key)?.found;
    if (found === undefined) throw new Error(`nobody looked up ${key}`);
    return found;
  }

  #useOf(ref: BackendRef): Use {
    let use = this.#uses.get(ref.key);
    if (use === undefined) {
      use = { ref, hosts: new Set(), found: undefined };
      this.#uses.set(ref.key, use);
    }
    return use;
  }
}

/** As far as routes are concerned: which endpoints there are is nothing to them. */
export function sameResolved(a: Resolved, b: Resolved): boolean {
  return (
    a.backend?.name === b.backend?.name &&
    a.hash === b.hash &&
    a.drop === b.drop &&
    a.issue?.severity === b.issue?.severity &&
    a.issue?.message === b.issue?.message
  );
}
