/** A route on its way: everything that its Ingress says, upstreams not yet looked up. */
import type {
  HeaderControl,
  HeaderEdit,
  Origin,
  RedirectAction,
  RespondAction,
  RetryPolicy,
  Rewrite,
  RouteMatch,
  RoutePolicies,
} from '#ir/types.ts';
import type { BackendRef } from '../backend/ref.ts';

export interface RouteDraft {
  readonly host: string;
  /** What `%ROUTE_NAME%` prints. */
  readonly name: string;
  readonly origin: Origin;
  readonly rank: number;
  /** Length of the path as written. */
  readonly length: number;
  /** Equal keys on one host are the same rule. */
  readonly key: string;
  readonly match: RouteMatch;
  readonly action: DraftAction;
  readonly policies: RoutePolicies;
  /** No plugin holds for it. */
  readonly bare?: boolean;
}

export type DraftAction = DraftForward | RedirectAction | RespondAction;

export interface DraftForward {
  readonly type: 'forward';
  readonly targets: readonly Target[];
  readonly rewrite?: Rewrite;
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  readonly mirror?: { readonly ref: BackendRef; readonly percent: number; readonly origin: Origin };
  readonly errorPage?: DraftErrorPage;
}

export interface DraftErrorPage {
  readonly ref: BackendRef;
  readonly codes: readonly number[];
  readonly headers: readonly HeaderEdit[];
}

/** Another upstream for while the first has no endpoint. */
export interface Fallback {
  readonly ref: BackendRef;
  /** Where it is named as one; absent: it is another target too, and what is wrong with it is told there. */
  readonly origin?: Origin;
}

export interface Target {
  readonly ref: BackendRef;
  readonly weight: number;
  /** In the order in which they are tried. */
  readonly fallbacks?: readonly Fallback[];
  readonly headers?: HeaderControl;
  /** Where the upstream is named. */
  readonly origin: Origin;
}

/** Kinds of routes in the order they are tried within a host. */
export const RANK = {
  exact: 0,
  appRoot: 1,
  prefix: 2,
  fullRegex: 3,
  prefixRegex: 4,
  catchAll: 5,
  default: 6,
} as const;

/** Takes every request that reaches it: nothing after it is ever tried. */
export function takesAll({ match }: Pick<RouteDraft, 'match'>): boolean {
  const { path } = match;
  const everyPath = (path.type === 'prefix' || path.type === 'segments') && path.value === '/';
  return everyPath && !match.methods?.length && !match.headers?.length && !match.query?.length;
}

/** Of the routes of one host, the earlier first; equal ones keep their order. */
export function compareDrafts(a: RouteDraft, b: RouteDraft): number {
  return (
    rankOf(a) - rankOf(b) ||
    b.length - a.length ||
    methodsRank(a) - methodsRank(b) ||
    (b.match.headers?.length ?? 0) - (a.match.headers?.length ?? 0) ||
    (b.match.query?.length ?? 0) - (a.match.query?.length ?? 0)
  );
}

function rankOf(draft: RouteDraft): number {
  return draft.rank === RANK.prefix && takesAll(draft) ? RANK.catchAll : draft.rank;
}

/** Routes with methods stand before those without; among them the shorter list of alternatives. */
function methodsRank({ match }: RouteDraft): number {
  return match.methods?.length ? match.methods.join('|').length : Number.MAX_SAFE_INTEGER;
}
