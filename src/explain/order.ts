/** Why one route of a host is tried before another; the order itself was made by `translate`. */
import type { PathMatch, Route } from '#ir/types.ts';

const KINDS: Readonly<Record<PathMatch['type'], { readonly rank: number; readonly words: string }>> = {
  exact: { rank: 0, words: 'exact paths' },
  segments: { rank: 1, words: 'prefixes' },
  prefix: { rank: 1, words: 'prefixes' },
  regex: { rank: 2, words: 'regular expressions' },
};

export function whyBefore(winner: Route, loser: Route): string {
  const [a, b] = [winner.match, loser.match];
  if (takesAll(loser) && !takesAll(winner)) return 'routes that take everything are tried last';
  const [kind, other] = [KINDS[a.path.type], KINDS[b.path.type]];
  if (kind.rank < other.rank) return `${kind.words} are tried before ${other.words}`;
  if (a.path.value.length > b.path.value.length) return 'longer paths are tried first';
  if ((a.methods?.length ?? 0) > 0 && (b.methods?.length ?? 0) === 0)
    return 'routes with a method condition are tried first';
  if ((a.headers?.length ?? 0) > (b.headers?.length ?? 0)) return 'routes with more header conditions are tried first';
  if ((a.query?.length ?? 0) > (b.query?.length ?? 0)) return 'routes with more query conditions are tried first';
  return 'it stands earlier in the order of its host';
}

function takesAll({ match }: Route): boolean {
  const conditions = (match.methods?.length ?? 0) + (match.headers?.length ?? 0) + (match.query?.length ?? 0);
  return match.path.value === '/' && match.path.type !== 'exact' && conditions === 0;
}
