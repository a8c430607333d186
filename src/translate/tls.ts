/** Which certificate each host shows, and whom it lets in. A host whose certificate cannot be served has no TLS; all others do. */
import type { Certificate, Origin, Problem, TlsHost } from '#ir/types.ts';
import type { DownstreamTlsAnnotations } from '#model/ingress/annotations/downstream-tls.ts';
import { originOf } from '#model/object.ts';
import type { Secret } from '#model/secret.ts';
import type { ClusterIndex } from './backend/cluster-index.ts';
import { certificateOf } from './certificate.ts';
import type { ConvertedIngress } from './ingress/convert.ts';
import { compareText, InputCache } from './memo.ts';

export interface TlsResult {
  readonly hosts: readonly TlsHost[];
  readonly certificates: readonly Certificate[];
  readonly problems: readonly Problem[];
}

interface Claim {
  readonly owner: ConvertedIngress;
  readonly namespace: string;
  readonly secretName: string;
  readonly origin: Origin;
  /** Of the first Ingress of the host that has any. */
  settings?: { readonly annotations: DownstreamTlsAnnotations; readonly owner: ConvertedIngress };
}

interface CheckedHost {
  readonly host: TlsHost | undefined;
  readonly problems: readonly Problem[];
}

export class TlsPlanner {
  readonly #checked = new InputCache<CheckedHost>();
  #last:
    | { readonly ingresses: object; readonly secrets: object; readonly untilMs: number; readonly result: TlsResult }
    | undefined;

  /** `ingresses`, those that ask for TLS at least, oldest first. `nowMs` decides what has expired. */
  plan(ingresses: readonly ConvertedIngress[], index: ClusterIndex, nowMs: number): TlsResult {
    const { secrets } = index;
    const last = this.#last;
    if (last?.ingresses === ingresses && last.secrets === secrets && nowMs <= last.untilMs) return last.result;
    const { untilMs, ...result } = this.#plan(ingresses, index, nowMs);
    this.#last = { ingresses, secrets, untilMs, result };
    return result;
  }

  /** `untilMs`: when the next certificate expires. */
  #plan(
    ingresses: readonly ConvertedIngress[],
    index: ClusterIndex,
    nowMs: number,
  ): TlsResult & { readonly untilMs: number } {
    let untilMs = Number.POSITIVE_INFINITY;
    const problems: Problem[] = [];
    const claims = collect(ingresses, problems);
    const hosts: TlsHost[] = [];
    const certificates = new Map<string, Certificate>();
    for (const [name, claim] of claims) {
      const secret = index.secret(claim.namespace, claim.secretName);
      const wanted = claim.settings?.annotations.clientSecret;
      const client =
        wanted === undefined || wanted === 'invalid' ? undefined : index.secret(wanted.namespace, wanted.name);
      const validToMs = secret === undefined ? Number.POSITIVE_INFINITY : certificateOf(secret).validToMs;
      const expired = validToMs < nowMs;
      if (!expired) untilMs = Math.min(untilMs, validToMs);
      const inputs = [claim.owner, claim.settings?.owner, secret, client, expired];
      const checked = this.#checked.get(name, inputs, () => checkHost(name, claim, secret, client, expired));
      problems.push(...checked.problems);
      if (checked.host === undefined) continue;
      hosts.push(checked.host);
      for (const used of [secret, client]) {
        if (used !== undefined)
          certificates.set(`${used.metadata.namespace}/${used.metadata.name}`, certificateOf(used).certificate);
      }
    }
    this.#checked.sweep();
    hosts.sort((a, b) => compareText(a.name, b.name));
    return { hosts, certificates: [...certificates.values()], problems, untilMs };
  }
}

function collect(ingresses: readonly ConvertedIngress[], problems: Problem[]): Map<string, Claim> {
  const claims = new Map<string, Claim>();
  const settings = new Map<string, Claim['settings']>();
  for (const owner of ingresses) {
    const { ingress, annotations, hosts } = owner;
    for (const { name, tls } of hosts) {
      if (annotations.downstreamTls !== undefined && !settings.has(name)) {
        settings.set(name, { annotations: annotations.downstreamTls, owner });
      }
      if (tls?.secretName === undefined || tls.secretName === '') continue;
      const { namespace } = ingress.metadata;
      const winner = claims.get(name);
      if (winner === undefined) {
        claims.set(name, { owner, namespace, secretName: tls.secretName, origin: originOf(ingress, tls.at) });
      } else if (winner.namespace !== namespace || winner.secretName !== tls.secretName) {
        problems.push(tlsConflict(name, originOf(ingress, tls.at), tls.secretName, winner));
      }
    }
  }
  for (const [name, claim] of claims) {
    const own = settings.get(name);
    if (own !== undefined) claim.settings = own;
  }
  return claims;
}

function checkHost(
  name: string,
  claim: Claim,
  secret: Secret | undefined,
  client: Secret | undefined,
  expired: boolean,
): CheckedHost {
  const { namespace, secretName, origin } = claim;
  const full = `${namespace}/${secretName}`;
  const refuse = (reason: string, what: string, hint: string, where = origin, value = full): CheckedHost => ({
    host: undefined,
    problems: [
      {
        severity: 'error',
        reason,
        origin: where,
        value,
        message: `host ${name} is not served over TLS: ${what}`,
        hint,
      },
    ],
  });
  if (secret === undefined) {
    return refuse('SecretMissing', `Secret ${full} does not exist`, 'create it with kubectl create secret tls');
  }
  const { fault, leaf, validToMs } = certificateOf(secret);
  if (fault !== undefined) return refuse(fault.reason, `Secret ${full} ${fault.message}`, fault.hint);
  if (expired) {
    const day = new Date(validToMs).toISOString();
    return refuse('CertificateExpired', `the certificate of Secret ${full} expired at ${day}`, 'renew it');
  }
  const { annotations, owner } = claim.settings ?? {};
  const wanted = annotations?.clientSecret;
  if (wanted !== undefined && owner !== undefined) {
    const at = originOf(owner.ingress, 'metadata.annotations["nginx.ingress.kubernetes.io/auth-tls-secret"]');
    const fault = clientFault(wanted, claim, client);
    const value = wanted === 'invalid' ? '' : `${wanted.namespace}/${wanted.name}`;
    const hint = `put ca.crt into Secret ${full}, or into ${full}-cacert, and name that one`;
    if (fault !== undefined) return refuse('ClientCaInvalid', fault, hint, at, value);
  }
  const { ciphers, minVersion, maxVersion } = annotations ?? {};
  const host: TlsHost = {
    name,
    certificate: full,
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(client === undefined ? {} : { clientCa: `${client.metadata.namespace}/${client.metadata.name}` }),
    origin,
  };
  return {
    host,
    problems: name === '*' || leaf === undefined || covers(leaf, name) ? [] : [otherName(name, full, origin)],
  };
}

/** An invalid wish for client certificates must not end in a host that asks for none. */
function clientFault(
  wanted: NonNullable<DownstreamTlsAnnotations['clientSecret']>,
  claim: Claim,
  client: Secret | undefined,
): string | undefined {
  if (wanted === 'invalid') return 'auth-tls-secret cannot be read, so client certificates cannot be checked';
  const allowed = [claim.secretName, `${claim.secretName}-cacert`];
  if (wanted.namespace !== claim.namespace || !allowed.includes(wanted.name)) {
    return `auth-tls-secret ${wanted.namespace}/${wanted.name} is neither the host's own Secret nor its -cacert`;
  }
  if (client === undefined) return `Secret ${wanted.namespace}/${wanted.name} with the CA for clients does not exist`;
  if (certificateOf(client).certificate.ca === undefined) {
    return `Secret ${wanted.namespace}/${wanted.name} has no ca.crt to check clients with`;
  }
  return undefined;
}

function covers(leaf: NonNullable<ReturnType<typeof certificateOf>['leaf']>, host: string): boolean {
  return leaf.checkHost(host.replace(/^\*/, 'any')) !== undefined;
}

function otherName(host: string, secret: string, origin: Origin): Problem {
  return {
    severity: 'warning',
    reason: 'CertificateNameMismatch',
    origin,
    value: secret,
    message: `the certificate of Secret ${secret} is not for host ${host}; clients will refuse it`,
    hint: 'use a certificate that names the host',
  };
}

function tlsConflict(host: string, origin: Origin, secretName: string, winner: Claim): Problem {
  const { namespace, name } = winner.owner.ingress.metadata;
  return {
    severity: 'warning',
    reason: 'TlsConflict',
    origin,
    value: secretName,
    message: `host ${host} has its certificate from Ingress ${namespace}/${name} already (Secret ${winner.namespace}/${winner.secretName}); this one is not used`,
    hint: 'name the same Secret, or remove the entry',
  };
}
