/**
 * The Ingresses that are ours, converted, as lists that are kept from call to call and changed where the cluster changed: of ten thousand Ingresses
 * one changes at a time, and nine thousand nine hundred ninety-nine need not be looked at.
 */
import { difference } from '#lib/difference.ts';
import { changedSorted } from '#lib/sorted.ts';
import type { Ingress } from '#model/ingress/ingress.ts';

import type { ConvertedIngress } from './convert.ts';

export interface IngressView {
  /** Oldest first. The same array as in the call before when nothing changed; so are the lists below. */
  readonly all: readonly ConvertedIngress[];
  /** Those that ask for TLS or say how it is done. */
  readonly withTls: readonly ConvertedIngress[];
  /** Those that say how upstreams are talked to. */
  readonly withUpstreamPolicy: readonly ConvertedIngress[];
  readonly withProblems: readonly ConvertedIngress[];
  /** The Ingresses of each host, oldest first. */
  readonly byHost: ReadonlyMap<string, readonly ConvertedIngress[]>;
  /** Hosts whose list is another than in the call before. */
  readonly touched: ReadonlySet<string>;
}

type Part = 'withTls' | 'withUpstreamPolicy' | 'withProblems';

const PARTS: Readonly<Record<Part, (converted: ConvertedIngress) => boolean>> = {
  withTls: ({ annotations, ingress }) => annotations.downstreamTls !== undefined || ingress.spec.tls.length > 0,
  withUpstreamPolicy: ({ annotations }) => annotations.loadBalance !== undefined || annotations.upstream !== undefined,
  withProblems: ({ problems }) => problems.length > 0,
};
const NOTHING: ReadonlySet<string> = new Set();

export class IngressIndex {
  readonly #isSelected: (ingress: Ingress) => boolean;
  readonly #convert: (ingress: Ingress) => ConvertedIngress;
  readonly #byHost = new Map<string, readonly ConvertedIngress[]>();
  #from: readonly Ingress[] = [];
  #all: readonly ConvertedIngress[] = [];
  #parts: Readonly<Record<Part, readonly ConvertedIngress[]>> = {
    withTls: [],
    withUpstreamPolicy: [],
    withProblems: [],
  };

  /** `convert` gives the same result for the same object. */
  constructor(isSelected: (ingress: Ingress) => boolean, convert: (ingress: Ingress) => ConvertedIngress) {
    this.#isSelected = isSelected;
    this.#convert = convert;
  }

  update(ingresses: readonly Ingress[]): IngressView {
    const { removed, added } = difference(this.#from, ingresses);
    this.#from = ingresses;
    const gone = removed.filter(this.#isSelected).map(this.#convert);
    const come = added.filter(this.#isSelected).map(this.#convert);
    if (gone.length + come.length === 0) return this.#view(NOTHING);
    this.#all = changed(this.#all, gone, come);
    const parts = { ...this.#parts };
    for (const part of Object.keys(PARTS) as Part[]) {
      parts[part] = changed(parts[part], gone.filter(PARTS[part]), come.filter(PARTS[part]));
    }
    this.#parts = parts;
    return this.#view(this.#changeHosts(gone, come));
  }

  #view(touched: ReadonlySet<string>): IngressView {
    return { all: this.#all, ...this.#parts, byHost: this.#byHost, touched };
  }

  #changeHosts(gone: readonly ConvertedIngress[], come: readonly ConvertedIngress[]): Set<string> {
    const changes = new Map<string, { readonly gone: ConvertedIngress[]; readonly come: ConvertedIngress[] }>();
    const note = (list: readonly ConvertedIngress[], side: 'gone' | 'come') => {
      for (const converted of list)
        for (const name of converted.drafts.keys()) {
          const change = changes.get(name) ?? { gone: [], come: [] };
          change[side].push(converted);
          changes.set(name, change);
        }
    };
    note(gone, 'gone');
    note(come, 'come');
    for (const [name, change] of changes) {
      const list = changed(this.#byHost.get(name) ?? [], change.gone, change.come);
      if (list.length === 0) this.#byHost.delete(name);
      else this.#byHost.set(name, list);
    }
    return new Set(changes.keys());
  }
}

/** A list oldest first, without the ones and with the others. */
function changed(
  list: readonly ConvertedIngress[],
  gone: readonly ConvertedIngress[],
  come: readonly ConvertedIngress[],
): readonly ConvertedIngress[] {
  return changedSorted(list, gone, come, ({ created }) => created);
}
