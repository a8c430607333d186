/**
 * Hosts out of Ingresses: merged, upstreams resolved, plugins bound. What is common to all hosts (plugins, upstreams, TLS names, wildcard hosts) seldom
 * changes; as long as it does not, only the hosts whose Ingresses changed are looked at.
 */
import type { Host, Problem } from '#ir/types.ts';
import { Few } from '#lib/few.ts';
import { sameItems } from '#lib/same-items.ts';
import { compareText, lowerBound } from '#lib/sorted.ts';
import type { WorldSettings } from '#model/world.ts';
import type { BackendRef } from './backend/ref.ts';
import type { BackendResolver } from './backend/resolver.ts';
import { sameResolved, UpstreamUses } from './backend/upstream-uses.ts';
import type { NamedUpstream } from './cluster-choice.ts';
import { type AssembledHost, assembleHost, type HostContext, type ResolvedHost } from './host.ts';
import { claimsOf } from './ingress/claims.ts';
import type { IngressView } from './ingress/ingress-index.ts';
import { type MergedHost, mergeHost } from './ingress/merge.ts';
import { InputCache } from './memo.ts';
import type { TlsResult } from './tls.ts';
import { coveringHosts } from './wildcard.ts';

export interface AssembledHosts {
  /** Sorted by name. */
  readonly hosts: readonly Host[];
  readonly problems: readonly Problem[];
  /** Upstreams that plugins name. */
  readonly pluginRefs: readonly BackendRef[];
  /** Those of them that plugins send requests to. */
  readonly chosen: readonly NamedUpstream[];
}

/** Names that can be a virtual host. */
const HOST_PATTERN = /^\*?[a-z0-9._-]+$/;

export class HostAssembler {
  readonly #settings: Pick<WorldSettings, 'wildcardFallback'>;
  readonly #upstreams: UpstreamUses;
  readonly #merged = new Map<string, MergedHost>();
  /** Hosts with rules of their own. */
  readonly #own = new Map<string, ResolvedHost>();
  readonly #assembled = new InputCache<AssembledHost>();
  readonly #mergeProblems = new Few<Problem>();
  readonly #problems = new Few<Problem>();
  readonly #pluginRefs = new Few<BackendRef>();
  readonly #chosen = new Few<NamedUpstream>();
  #tlsNames: ReadonlySet<string> = new Set();
  /** What every host depends on. */
  #common: readonly unknown[] = [];
  #names: readonly string[] = [];
  /** In the order of the names. The same array as before as long as no host is another. */
  #hosts: readonly Host[] = [];

  constructor(settings: Pick<WorldSettings, 'wildcardFallback'>, resolver: BackendResolver) {
    this.#settings = settings;
    this.#upstreams = new UpstreamUses(resolver);
  }

  /** `epoch`: another object when any upstream may be another than before. Between `seal` and `finish` of the resolver. */
  assemble(view: IngressView, epoch: object, tls: TlsResult, context: HostContext): AssembledHosts {
    for (const name of view.touched) this.#merge(name, view);
    const touched = this.#upstreams.settle(epoch);
    for (const name of view.touched) touched.add(name);
    const { plugins, routeTimeoutMs, fallbacks } = context;
    this.#tlsNames = sameNames(this.#tlsNames, tls.hosts);
    const common = [this.#tlsNames, plugins.version, routeTimeoutMs, fallbacks];
    const wildcardTouched = [...touched].some((name) => name.startsWith('*'));
    if (wildcardTouched || !sameItems(common, this.#common)) this.#assembleAll(context);
    else for (const name of touched) this.#assembleOne(name, context);
    this.#common = common;
    return {
      hosts: this.#hosts,
      problems: [...this.#mergeProblems.all(), ...this.#problems.all()],
      pluginRefs: this.#pluginRefs.all(),
      chosen: this.#chosen.all(),
    };
  }

  #merge(name: string, view: IngressView): void {
    const ingresses = view.byHost.get(name);
    const merged = ingresses === undefined ? undefined : mergeHost(claimsOf(name, ingresses));
    if (merged === undefined) this.#merged.delete(name);
    else this.#merged.set(name, merged);
    this.#mergeProblems.set(name, merged?.problems ?? []);
    this.#upstreams.assign(name, merged === undefined || merged.routes.length === 0 ? [] : merged.refs);
  }

  #assembleAll(context: HostContext): void {
    for (const name of this.#own.keys()) if (!this.#merged.has(name)) this.#own.delete(name);
    for (const name of this.#merged.keys()) this.#resolve(name);
    const split = context.plugins.domains.filter((name) => this.#isSplit(name));
    this.#names = [...new Set([...this.#own.keys(), ...split])].sort(compareText);
    this.#problems.clear();
    this.#pluginRefs.clear();
    this.#chosen.clear();
    this.#hosts = this.#names.map((name) => this.#make(name, context));
    this.#assembled.sweep();
  }

  #assembleOne(name: string, context: HostContext): void {
    this.#resolve(name);
    const there = this.#own.has(name) || (context.plugins.domains.includes(name) && this.#isSplit(name));
    const at = lowerBound(this.#names.length, (index) => this.#names[index]! < name);
    const known = this.#names[at] === name;
    if (!there) {
      if (!known) return;
      this.#names = this.#names.toSpliced(at, 1);
      this.#hosts = this.#hosts.toSpliced(at, 1);
      this.#assembled.forget(name);
      this.#problems.delete(name);
      this.#pluginRefs.delete(name);
      this.#chosen.delete(name);
      return;
    }
    const made = this.#make(name, context);
    if (!known) {
      this.#names = this.#names.toSpliced(at, 0, name);
      this.#hosts = this.#hosts.toSpliced(at, 0, made);
    } else if (this.#hosts[at] !== made) this.#hosts = this.#hosts.with(at, made);
  }

  /** Hosts without any route of their own are left to the wildcard hosts that cover them. */
  #make(name: string, context: HostContext): Host {
    const { wildcardFallback } = this.#settings;
    const self = this.#own.get(name);
    const covering = self === undefined || wildcardFallback ? coveringHosts(name, this.#own) : [];
    const nearest = self === undefined && !wildcardFallback ? covering.slice(0, 1) : covering;
    const sources = [...(self === undefined ? [] : [self]), ...nearest.map((one) => this.#own.get(one)!)];
    const isTls = this.#tlsNames.has(self === undefined ? nearest[0]! : name);
    const inputs = [isTls, context.plugins.version, context.routeTimeoutMs, context.fallbacks, ...sources];
    const made = this.#assembled.get(name, inputs, () => assembleHost(name, isTls, sources, context));
    this.#problems.set(name, made.problems);
    this.#pluginRefs.set(name, made.pluginRefs);
    this.#chosen.set(name, made.chosen);
    return made.host;
  }

  /** A name in plugin rules that only a wildcard host serves gets a host of its own, so that its plugins are known beforehand. */
  #isSplit(name: string): boolean {
    return HOST_PATTERN.test(name) && !this.#own.has(name) && coveringHosts(name, this.#own).length > 0;
  }

  /** A host whose rules and upstreams did not change stays the same object. */
  #resolve(name: string): void {
    const merged = this.#merged.get(name);
    if (merged === undefined || merged.routes.length === 0) {
      this.#own.delete(name);
      return;
    }
    const before = this.#own.get(name);
    const found = merged.refs.map((ref) => this.#upstreams.found(ref));
    if (before?.merged === merged && merged.refs.every((_, at) => sameResolved(found[at]!, before.found[at]!))) return;
    this.#own.set(name, { merged, found });
  }
}

/** The same set as before when the names are the same. */
function sameNames(before: ReadonlySet<string>, hosts: readonly { readonly name: string }[]): ReadonlySet<string> {
  const same = hosts.length === before.size && hosts.every(({ name }) => before.has(name));
  return same ? before : new Set(hosts.map(({ name }) => name));
}
