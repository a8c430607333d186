/**
 * Hosts out of Ingresses: merged, upstreams resolved, plugins bound. What is common to all hosts (plugins, upstreams, TLS names, wildcard hosts) seldom
 * changes; as long as it does not, only the hosts whose Ingresses changed are looked at.
 */
import type { Backend, Host, Problem } from '#ir/types.ts';
import type { WorldSettings } from '#model/world.ts';
import type { BackendRef } from './backend/ref.ts';
import type { BackendResolver, Resolved } from './backend/resolver.ts';
import { type AssembledHost, assembleHost, type HostContext, type ResolvedHost } from './host.ts';
import { claimsOf } from './ingress/claims.ts';
import type { IngressView } from './ingress/ingress-index.ts';
import { type MergedHost, mergeHost } from './ingress/merge.ts';
import { compareText, InputCache, sameItems } from './memo.ts';
import type { TlsResult } from './tls.ts';
import { coveringHosts } from './wildcard.ts';

export interface AssembledHosts {
  /** Sorted by name. */
  readonly hosts: readonly Host[];
  readonly problems: readonly Problem[];
  /** Upstreams that plugins name. */
  readonly pluginRefs: readonly BackendRef[];
}

/** Names that can be a virtual host. */
const HOST_PATTERN = /^\*?[a-z0-9._-]+$/;

export class HostAssembler {
  readonly #settings: Pick<WorldSettings, 'wildcardFallback'>;
  readonly #resolver: BackendResolver;
  readonly #merged = new Map<string, MergedHost>();
  /** Hosts with rules of their own. */
  readonly #own = new Map<string, ResolvedHost>();
  readonly #assembled = new InputCache<AssembledHost>();
  readonly #usedBackends = new Map<Backend, number>();
  #tlsNames: ReadonlySet<string> = new Set();
  /** What every host depends on. */
  #common: readonly unknown[] = [];
  #names: readonly string[] = [];
  #list: readonly AssembledHost[] = [];

  constructor(settings: Pick<WorldSettings, 'wildcardFallback'>, resolver: BackendResolver) {
    this.#settings = settings;
    this.#resolver = resolver;
  }

  /** `epoch`: another object when any upstream may be another than before. Between `seal` and `finish` of the resolver. */
  assemble(view: IngressView, epoch: object, tls: TlsResult, context: HostContext): AssembledHosts {
    for (const name of view.touched) this.#merge(name, view);
    const { plugins, routeTimeoutMs, fallbacks } = context;
    this.#tlsNames = sameNames(this.#tlsNames, tls.hosts);
    const common = [epoch, this.#tlsNames, plugins.version, routeTimeoutMs, fallbacks];
    const wildcardTouched = [...view.touched].some((name) => name.startsWith('*'));
    if (wildcardTouched || !sameItems(common, this.#common)) this.#assembleAll(context);
    else for (const name of view.touched) this.#assembleOne(name, context);
    this.#common = common;
    this.#resolver.keep([...this.#usedBackends.keys()]);
    return {
      hosts: this.#list.map(({ host }) => host),
      problems: [...problemsOf(this.#merged.values()), ...problemsOf(this.#list)],
      pluginRefs: this.#list.flatMap(({ pluginRefs }) => (pluginRefs.length === 0 ? [] : pluginRefs)),
    };
  }

  #merge(name: string, view: IngressView): void {
    const ingresses = view.byHost.get(name);
    if (ingresses === undefined) this.#merged.delete(name);
    else this.#merged.set(name, mergeHost(claimsOf(name, ingresses)));
  }

  #assembleAll(context: HostContext): void {
    for (const name of this.#own.keys()) if (!this.#merged.has(name)) this.#setOwn(name, undefined);
    for (const name of this.#merged.keys()) this.#resolve(name);
    const split = context.plugins.domains.filter((name) => this.#isSplit(name));
    this.#names = [...new Set([...this.#own.keys(), ...split])].sort(compareText);
    this.#list = this.#names.map((name) => this.#make(name, context));
    this.#assembled.sweep();
  }

  #assembleOne(name: string, context: HostContext): void {
    this.#resolve(name);
    const there = this.#own.has(name) || (context.plugins.domains.includes(name) && this.#isSplit(name));
    const at = placeOf(this.#names, name);
    const known = this.#names[at] === name;
    if (!there) {
      if (!known) return;
      this.#names = this.#names.toSpliced(at, 1);
      this.#list = this.#list.toSpliced(at, 1);
      this.#assembled.forget(name);
      return;
    }
    const made = this.#make(name, context);
    if (known) this.#list = this.#list.with(at, made);
    else {
      this.#names = this.#names.toSpliced(at, 0, name);
      this.#list = this.#list.toSpliced(at, 0, made);
    }
  }

  /** Hosts without any route of their own are left to the wildcard hosts that cover them. */
  #make(name: string, context: HostContext): AssembledHost {
    const { wildcardFallback } = this.#settings;
    const self = this.#own.get(name);
    const covering = self === undefined || wildcardFallback ? coveringHosts(name, this.#own) : [];
    const nearest = self === undefined && !wildcardFallback ? covering.slice(0, 1) : covering;
    const sources = [...(self === undefined ? [] : [self]), ...nearest.map((one) => this.#own.get(one)!)];
    const isTls = this.#tlsNames.has(self === undefined ? nearest[0]! : name);
    const inputs = [isTls, context.plugins.version, context.routeTimeoutMs, context.fallbacks, ...sources];
    return this.#assembled.get(name, inputs, () => assembleHost(name, isTls, sources, context));
  }

  /** A name in plugin rules that only a wildcard host serves gets a host of its own, so that its plugins are known beforehand. */
  #isSplit(name: string): boolean {
    return HOST_PATTERN.test(name) && !this.#own.has(name) && coveringHosts(name, this.#own).length > 0;
  }

  /** A host whose rules and upstreams did not change stays the same object. */
  #resolve(name: string): void {
    const merged = this.#merged.get(name);
    if (merged === undefined || merged.routes.length === 0) {
      this.#setOwn(name, undefined);
      return;
    }
    const before = this.#own.get(name);
    const found = merged.refs.map((ref) => this.#resolver.resolve(ref));
    const same =
      before?.merged === merged &&
      merged.refs.every((ref, at) => sameResolved(found[at]!, before.upstreams.get(ref.key)));
    if (!same) this.#setOwn(name, resolvedHost(merged, found));
  }

  #setOwn(name: string, host: ResolvedHost | undefined): void {
    for (const backend of this.#own.get(name)?.backends ?? []) this.#count(backend, -1);
    for (const backend of host?.backends ?? []) this.#count(backend, 1);
    if (host === undefined) this.#own.delete(name);
    else this.#own.set(name, host);
  }

  #count(backend: Backend, by: number): void {
    const uses = (this.#usedBackends.get(backend) ?? 0) + by;
    if (uses === 0) this.#usedBackends.delete(backend);
    else this.#usedBackends.set(backend, uses);
  }
}

function resolvedHost(merged: MergedHost, found: readonly Resolved[]): ResolvedHost {
  const upstreams = new Map(merged.refs.map((ref, at): [string, Resolved] => [ref.key, found[at]!]));
  return { merged, upstreams, backends: found.flatMap(({ backend }) => backend ?? []) };
}

function sameResolved(a: Resolved, b: Resolved | undefined): boolean {
  return a.backend === b?.backend && a.hash === b?.hash && a.drop === b?.drop && a.issue?.message === b?.issue?.message;
}

function problemsOf(list: Iterable<{ readonly problems: readonly Problem[] }>): Problem[] {
  const out: Problem[] = [];
  for (const { problems } of list) for (const problem of problems) out.push(problem);
  return out;
}

/** The same set as before when the names are the same. */
function sameNames(before: ReadonlySet<string>, hosts: readonly { readonly name: string }[]): ReadonlySet<string> {
  const same = hosts.length === before.size && hosts.every(({ name }) => before.has(name));
  return same ? before : new Set(hosts.map(({ name }) => name));
}

/** Index of the name, or where it would stand. */
function placeOf(names: readonly string[], name: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareText(names[middle]!, name) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
