/** Who wants what of which host. */
import type { ConvertedIngress } from './convert.ts';
import type { HostClaims } from './merge.ts';

/** `ingresses` oldest first; so is every list of the result. */
export function claimsOf(name: string, ingresses: readonly ConvertedIngress[]): HostClaims {
  const claims: HostClaims = { name, routes: [], defaults: [], appRoots: [], canaries: [] };
  for (const { drafts, canary } of ingresses) {
    const own = drafts.get(name);
    if (own === undefined) continue;
    if (canary === undefined) claims.routes.push(...own.routes);
    else claims.canaries.push(...own.routes.map((draft) => ({ draft, canary })));
    claims.defaults.push(...own.defaults);
    claims.appRoots.push(...own.appRoots);
  }
  return claims;
}
