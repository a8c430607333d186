/** Which certificate each host shows, and whom it lets in. A host whose certificate cannot be served has no TLS; all others do. */
import type { Certificate, Origin, Problem, TlsHost } from '#ir/types.ts';
import { sameItems } from '#lib/same-items.ts';
import { compareText } from '#lib/sorted.ts';
import type { HigressHttps } from '#model/config-map.ts';
import type { DownstreamTlsAnnotations } from '#model/ingress/annotations/downstream-tls.ts';
import { originOf } from '#model/object.ts';
import type { Secret } from '#model/secret.ts';
import type { ClusterIndex } from './backend/cluster-index.ts';
import { certificateOf } from './certificate.ts';
import type { ConvertedIngress } from './ingress/convert.ts';
import { InputCache } from './memo.ts';
import { SharedCertificates } from './shared-certificates.ts';
import { type Claim, claimsOf, fullName, withShared } from './tls-claims.ts';

export interface TlsResult {
  readonly hosts: readonly TlsHost[];
  readonly certificates: readonly Certificate[];
  readonly problems: readonly Problem[];
}

interface CheckedHost {
  readonly host: TlsHost | undefined;
  readonly problems: readonly Problem[];
}

export class TlsPlanner {
  readonly #checked = new InputCache<CheckedHost>();
  #last: { readonly inputs: readonly object[]; readonly untilMs: number; readonly result: TlsResult } | undefined;

  /** `ingresses`, those that ask for TLS at least, oldest first. `nowMs` decides what has expired. */
  plan(ingresses: readonly ConvertedIngress[], https: HigressHttps, index: ClusterIndex, nowMs: number): TlsResult {
    const inputs = [ingresses, https, index.secrets];
    const last = this.#last;
    if (last !== undefined && sameItems(last.inputs, inputs) && nowMs <= last.untilMs) return last.result;
    const { untilMs, ...result } = this.#plan(ingresses, https, index, nowMs);
    this.#last = { inputs, untilMs, result };
    return result;
  }

  /** `untilMs`: when the next certificate expires. */
  #plan(
    ingresses: readonly ConvertedIngress[],
    https: HigressHttps,
    index: ClusterIndex,
    nowMs: number,
  ): TlsResult & { readonly untilMs: number } {
    let untilMs = Number.POSITIVE_INFINITY;
    const problems: Problem[] = [];
    const claims = claimsOf(ingresses, new SharedCertificates(https), problems);
    const hosts: TlsHost[] = [];
    const certificates = new Map<string, Certificate>();
    for (const [name, asked] of claims) {
      const claim = inForce(asked, index);
      const secret = index.secret(claim.namespace, claim.secretName);
      const wanted = claim.settings?.annotations.clientSecret;
      const client =
        wanted === undefined || wanted === 'invalid' ? undefined : index.secret(wanted.namespace, wanted.name);
      const validToMs = secret === undefined ? Number.POSITIVE_INFINITY : certificateOf(secret).validToMs;
      const expired = validToMs < nowMs;
      if (!expired) untilMs = Math.min(untilMs, validToMs);
      const instead = claim === asked ? undefined : asked;
      const inputs = [claim.owner, claim.shared, asked.fallback, claim.settings?.owner, secret, client, expired];
      const checked = this.#checked.get(name, inputs, () => checkHost(name, claim, instead, secret, client, expired));
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

/** The claim itself, or, when its Secret does not exist, what stands in for it. */
function inForce(claim: Claim, index: ClusterIndex): Claim {
  const { fallback } = claim;
  if (fallback === undefined || index.secret(claim.namespace, claim.secretName) !== undefined) return claim;
  const { namespace, name } = fallback.secret;
  return index.secret(namespace, name) === undefined ? claim : withShared(claim, fallback);
}

/** `instead`: the claim that `claim` stands in for. */
function checkHost(
  name: string,
  claim: Claim,
  instead: Claim | undefined,
  secret: Secret | undefined,
  client: Secret | undefined,
  expired: boolean,
): CheckedHost {
  const { origin, fallback } = claim;
  const full = fullName(claim);
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
    const { namespace, name: shared } = fallback?.secret ?? {};
    const { issuer = '' } = claim.shared ?? {};
    const asked = `${issuer} is asked for it: see the events of the ConfigMap`;
    const hint = issuer === '' ? 'create it with kubectl create secret tls' : asked;
    const neither = fallback === undefined ? '' : `, and neither does the shared Secret ${namespace}/${shared}`;
    return refuse('SecretMissing', `Secret ${full} does not exist${neither}`, hint);
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
    const fault = clientFault(wanted, instead === undefined ? [claim] : [claim, instead], client);
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
    problems: [
      ...(instead === undefined ? [] : [standIn(name, instead, full)]),
      ...(name === '*' || leaf === undefined || covers(leaf, name) ? [] : [otherName(name, full, origin)]),
    ],
  };
}

/** An invalid wish for client certificates must not end in a host that asks for none. */
function clientFault(
  wanted: NonNullable<DownstreamTlsAnnotations['clientSecret']>,
  claims: readonly Claim[],
  client: Secret | undefined,
): string | undefined {
  if (wanted === 'invalid') return 'auth-tls-secret cannot be read, so client certificates cannot be checked';
  const own = ({ namespace, secretName }: Claim) =>
    wanted.namespace === namespace && [secretName, `${secretName}-cacert`].includes(wanted.name);
  if (!claims.some(own)) {
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

function standIn(host: string, { origin, ...claim }: Claim, full: string): Problem {
  return {
    severity: 'warning',
    reason: 'SecretMissing',
    origin,
    value: fullName(claim),
    message: `host ${host} is served with the shared certificate of Secret ${full}: Secret ${fullName(claim)} does not exist`,
    hint: 'create it with kubectl create secret tls, or leave secretName away',
  };
}
