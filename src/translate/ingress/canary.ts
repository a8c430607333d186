/** Second versions of routes. A canary never makes a route of its own: it needs a base with the same rule. */
import type { Problem } from '#ir/types.ts';
import type { Canary } from '#model/ingress/annotations/canary.ts';
import type { DraftForward, RouteDraft, Target } from './draft.ts';

interface CanaryDraft {
  readonly draft: RouteDraft;
  readonly canary: Canary;
}

/** Bases in their order; copies for headers and cookies stand right before their base. */
export function applyCanaries(
  bases: readonly RouteDraft[],
  canaries: readonly CanaryDraft[],
  problems: Problem[],
): RouteDraft[] {
  if (canaries.length === 0) return [...bases];
  const byKey = new Map(bases.map((base) => [base.key, base]));
  const copies = new Map<string, RouteDraft[]>();
  const weighted = new Map<string, Extract<CanaryDraft['canary'], { kind: 'weight' }>[]>();
  const shares = new Map<string, RouteDraft[]>();
  for (const { draft, canary } of canaries) {
    const base = byKey.get(draft.key);
    if (base === undefined || base.action.type !== 'forward') {
      problems.push(withoutBase(draft, base));
    } else if (canary.kind === 'condition') {
      const list = copies.get(draft.key) ?? [];
      copies.set(draft.key, list);
      list.push(copyFor(base, base.action, draft, canary));
    } else {
      weighted.set(draft.key, [...(weighted.get(draft.key) ?? []), canary]);
      shares.set(draft.key, [...(shares.get(draft.key) ?? []), draft]);
    }
  }
  return bases.flatMap((base) => [
    ...(copies.get(base.key) ?? []),
    shared(base, shares.get(base.key) ?? [], weighted.get(base.key) ?? []),
  ]);
}

/** The base with one more condition; destination and header control are the canary's. */
function copyFor(
  base: RouteDraft,
  forward: DraftForward,
  draft: RouteDraft,
  canary: Extract<Canary, { kind: 'condition' }>,
): RouteDraft {
  const { headers: _, ...policies } = base.policies;
  const { condition } = canary;
  const own = draft.policies.headers;
  return {
    ...base,
    name: draft.name,
    origin: draft.origin,
    key: `${base.key}\0${condition.name} ${condition.type} ${condition.value}`,
    match: { ...base.match, headers: [...(base.match.headers ?? []), condition] },
    action: { ...forward, targets: besides(targetsOf(draft), forward) },
    policies: { ...policies, ...(own === undefined ? {} : { headers: own }) },
  };
}

const WHOLE = 100;

/** The base keeps what the canaries leave; header control moves from the route to each destination. */
function shared(
  base: RouteDraft,
  drafts: readonly RouteDraft[],
  canaries: readonly { readonly weight: number; readonly total: number }[],
): RouteDraft {
  const { action } = base;
  if (drafts.length === 0 || action.type !== 'forward') return base;
  const total = canaries[0]!.total;
  let left = WHOLE;
  const groups: [RouteDraft, readonly Target[], number][] = [];
  drafts.forEach((draft, index) => {
    const share = Math.min(left, Math.floor((canaries[index]!.weight / total) * WHOLE));
    left -= share;
    groups.push([draft, besides(targetsOf(draft), action), share]);
  });
  groups.unshift([base, action.targets, left]);
  // Several upstreams behind one share: count in hundredths of a per cent.
  const fine = groups.some(([, targets]) => targets.length > 1);
  const targets = groups.flatMap(([draft, list, share]) =>
    list.map((target): Target => {
      const headers = draft.policies.headers;
      const weight = fine ? target.weight * share : share;
      return { ...target, weight, ...(headers === undefined ? {} : { headers }) };
    }),
  );
  const { headers: _, ...policies } = base.policies;
  return { ...base, action: { ...action, targets }, policies };
}

/** The base stands in for a canary without endpoints, and behind it what stands in for the base. */
function besides(targets: readonly Target[], base: DraftForward): Target[] {
  const [first] = base.targets;
  if (first === undefined) return [...targets];
  const fallbacks = [{ ref: first.ref }, ...(first.fallbacks ?? [])];
  return targets.map((target) => ({ ...target, fallbacks }));
}

function targetsOf({ action }: RouteDraft): readonly Target[] {
  return action.type === 'forward' ? action.targets : [];
}

function withoutBase(draft: RouteDraft, base: RouteDraft | undefined): Problem {
  const what = `path ${draft.match.path.value} of host ${draft.host}`;
  const why =
    base === undefined
      ? 'there is no other Ingress with the same host, path, path type and match conditions'
      : 'the route it belongs to does not forward requests';
  return {
    severity: 'warning',
    reason: 'CanaryWithoutBase',
    origin: draft.origin,
    value: what,
    message: `the canary for ${what} takes no requests: ${why}`,
    hint: 'give the canary the same rule as the Ingress it is a version of',
  };
}
