/** All Ingresses of one host: who wins, canaries in their places, the order in which routes are tried. */
import type { Problem } from '#ir/types.ts';
import { kept } from '#lib/kept.ts';
import type { Canary } from '#model/ingress/annotations/canary.ts';
import type { BackendRef } from '../backend/ref.ts';
import { applyCanaries } from './canary.ts';
import { compareDrafts, type RouteDraft, takesAll } from './draft.ts';

/** What Ingresses want of one host, oldest first. */
export interface HostClaims {
  readonly name: string;
  readonly routes: RouteDraft[];
  readonly defaults: RouteDraft[];
  readonly appRoots: RouteDraft[];
  readonly canaries: { readonly draft: RouteDraft; readonly canary: Canary }[];
}

export interface MergedHost {
  readonly name: string;
  /** In final order. */
  readonly routes: readonly RouteDraft[];
  /** Every upstream that a route names, mirrors included. */
  readonly refs: readonly BackendRef[];
  readonly problems: readonly Problem[];
}

export function mergeHost(claims: HostClaims): MergedHost {
  const problems: Problem[] = [];
  const rules = withoutDuplicates(claims, problems);
  const versions = applyCanaries(rules, claims.canaries, problems);
  const special = [...lastOf(claims.appRoots), ...defaultOf(claims, rules, problems)];
  const routes = kept([...versions, ...special].sort(compareDrafts));
  return { name: claims.name, routes, refs: kept(refsOf(routes)), problems: kept(problems) };
}

function withoutDuplicates(claims: HostClaims, problems: Problem[]): RouteDraft[] {
  const winners = new Map<string, RouteDraft>();
  for (const draft of claims.routes) {
    const winner = winners.get(draft.key);
    if (winner === undefined) winners.set(draft.key, draft);
    else problems.push(conflict(draft, winner, `path ${draft.match.path.value} of host ${claims.name}`));
  }
  return [...winners.values()];
}

/** A named host keeps its oldest default backend, and only where no rule takes everything; of `*` the youngest counts. */
function defaultOf(claims: HostClaims, rules: readonly RouteDraft[], problems: Problem[]): RouteDraft[] {
  const winner = claims.name === '*' ? claims.defaults.at(-1) : claims.defaults[0];
  if (winner === undefined) return [];
  for (const draft of claims.defaults) {
    if (draft !== winner) problems.push(conflict(draft, winner, `default backend of host ${claims.name}`));
  }
  return rules.some(takesAll) ? [] : [winner];
}

/** The youngest Ingress decides. */
function lastOf(drafts: readonly RouteDraft[]): RouteDraft[] {
  return drafts.slice(-1);
}

function conflict(loser: RouteDraft, winner: RouteDraft, what: string): Problem {
  const { namespace, name, path } = winner.origin;
  return {
    severity: 'error',
    reason: 'RouteConflict',
    origin: loser.origin,
    value: what,
    message: `${what} is taken by Ingress ${namespace}/${name} (${path ?? 'spec'}); this one is not served`,
    hint: 'remove one of the two, or give them different paths or match conditions',
  };
}

function refsOf(routes: readonly RouteDraft[]): BackendRef[] {
  const refs = new Map<string, BackendRef>();
  for (const { action } of routes) {
    if (action.type !== 'forward') continue;
    for (const { ref, fallbacks = [] } of action.targets) {
      refs.set(ref.key, ref);
      for (const fallback of fallbacks) refs.set(fallback.ref.key, fallback.ref);
    }
    if (action.errorPage !== undefined) refs.set(action.errorPage.ref.key, action.errorPage.ref);
    if (action.mirror !== undefined) refs.set(action.mirror.ref.key, action.mirror.ref);
  }
  return [...refs.values()];
}
