/** Who wants what of which host. */
import type { ConvertedIngress } from './convert.ts';
import type { HostClaims } from './merge.ts';

/** `ingresses` oldest first; so is every list of the result. */
export function claimHosts(ingresses: readonly ConvertedIngress[]): Map<string, HostClaims> {
  const hosts = new Map<string, HostClaims>();
  const of = (name: string): HostClaims => {
    let claims = hosts.get(name);
    if (claims === undefined) {
      claims = { name, routes: [], defaults: [], appRoots: [], canaries: [] };
      hosts.set(name, claims);
    }
    return claims;
  };
  for (const { routes, defaults, appRoots, canary } of ingresses) {
    for (const draft of routes) {
      if (canary === undefined) of(draft.host).routes.push(draft);
      else of(draft.host).canaries.push({ draft, canary });
    }
    for (const draft of defaults) of(draft.host).defaults.push(draft);
    for (const draft of appRoots) of(draft.host).appRoots.push(draft);
  }
  return hosts;
}
