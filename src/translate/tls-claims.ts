/** Which Ingress says where the certificate of each host is. */
import type { Origin, Problem } from '#ir/types.ts';
import type { SharedCredential } from '#model/config-map.ts';
import type { DownstreamTlsAnnotations } from '#model/ingress/annotations/downstream-tls.ts';
import { originOf } from '#model/object.ts';
import type { ConvertedIngress } from './ingress/convert.ts';
import type { SharedCertificates } from './shared-certificates.ts';

export interface Claim {
  readonly owner: ConvertedIngress;
  readonly namespace: string;
  readonly secretName: string;
  readonly origin: Origin;
  /** The Secret is one of `higress-https`, not one that the Ingress names. */
  readonly shared?: SharedCredential;
  /** What stands in when the Secret does not exist. */
  readonly fallback?: SharedCredential;
  /** Of the first Ingress of the host that has any. */
  settings?: { readonly annotations: DownstreamTlsAnnotations; readonly owner: ConvertedIngress };
}

/** By host. `ingresses`: oldest first; the first one that leads to a Secret decides. */
export function claimsOf(
  ingresses: readonly ConvertedIngress[],
  shared: SharedCertificates,
  problems: Problem[],
): Map<string, Claim> {
  const claims = new Map<string, Claim>();
  const settings = new Map<string, Claim['settings']>();
  for (const owner of ingresses) {
    const { annotations, hosts } = owner;
    for (const host of hosts) {
      const { name } = host;
      if (annotations.downstreamTls !== undefined && !settings.has(name)) {
        settings.set(name, { annotations: annotations.downstreamTls, owner });
      }
      const claim = claimOf(owner, host, shared);
      if (claim === undefined) continue;
      const winner = claims.get(name);
      if (winner === undefined) claims.set(name, claim);
      else if (claim.shared === undefined && fullName(claim) !== fullName(winner)) {
        problems.push(tlsConflict(name, claim, winner));
      }
    }
  }
  for (const [name, claim] of claims) {
    const own = settings.get(name);
    if (own !== undefined) claim.settings = own;
  }
  return claims;
}

/** `namespace/name` of the Secret. */
export function fullName({ namespace, secretName }: Pick<Claim, 'namespace' | 'secretName'>): string {
  return `${namespace}/${secretName}`;
}

/** The claim with a Secret of `higress-https` in the place of its own. */
export function withShared(claim: Pick<Claim, 'owner' | 'settings'>, shared: SharedCredential): Claim {
  const { owner, settings } = claim;
  const { namespace, name: secretName } = shared.secret;
  const base = { owner, namespace, secretName, origin: shared.origin, shared };
  return settings === undefined ? base : { ...base, settings };
}

/** An Ingress without any TLS entry never asks for TLS, whatever `higress-https` holds. */
function claimOf(
  owner: ConvertedIngress,
  { name, tls }: ConvertedIngress['hosts'][number],
  shared: SharedCertificates,
): Claim | undefined {
  const { ingress } = owner;
  if (ingress.spec.tls.length === 0) return undefined;
  const credential = shared.of(name);
  if (tls?.secretName === undefined || tls.secretName === '') {
    return credential === undefined ? undefined : withShared({ owner }, credential);
  }
  const { namespace } = ingress.metadata;
  const { secretName } = tls;
  const fallback = shared.https.fallbackForInvalidSecret && credential !== undefined ? { fallback: credential } : {};
  return { owner, namespace, secretName, origin: originOf(ingress, tls.at), ...fallback };
}

function tlsConflict(host: string, { origin, secretName }: Claim, winner: Claim): Problem {
  const { namespace, name } = winner.owner.ingress.metadata;
  return {
    severity: 'warning',
    reason: 'TlsConflict',
    origin,
    value: secretName,
    message: `host ${host} has its certificate from Ingress ${namespace}/${name} already (Secret ${fullName(winner)}); this one is not used`,
    hint: 'name the same Secret, or remove the entry',
  };
}
