/** Secrets as certificates, checked before anybody serves them. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Certificate } from '#ir/types.ts';
import { originOf } from '#model/object.ts';
import type { Secret } from '#model/secret.ts';
import { memoEach } from './memo.ts';

export interface CheckedCertificate {
  readonly certificate: Certificate;
  /** Why chain and key cannot be served; undefined when they can. */
  readonly fault: CertificateFault | undefined;
  /** Milliseconds since 1970. */
  readonly validToMs: number;
  readonly leaf: X509Certificate | undefined;
}

export interface CertificateFault {
  readonly reason: string;
  readonly message: string;
  readonly hint: string;
}

/** Keys of kubernetes.io/tls first, then those of generic Secrets. The same Secret object gives the same result object. */
export const certificateOf: (secret: Secret) => CheckedCertificate = memoEach((secret: Secret): CheckedCertificate => {
  const { data, metadata } = secret;
  const chain = (data['tls.crt'] ?? data.cert)?.reveal();
  const key = data['tls.key'] ?? data.key;
  const ca = (data['ca.crt'] ?? data.cacert)?.reveal();
  const certificate: Certificate = {
    name: `${metadata.namespace}/${metadata.name}`,
    ...(chain === undefined ? {} : { chain }),
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca }),
    origin: originOf(secret),
  };
  return { certificate, ...check(chain, key?.reveal()) };
});

function check(chain: string | undefined, key: string | undefined): Omit<CheckedCertificate, 'certificate'> {
  if (!chain || !key) {
    const missing = chain ? 'tls.key' : key ? 'tls.crt' : 'tls.crt and tls.key';
    return failed('SecretInvalid', `has no ${missing}`, 'create it with kubectl create secret tls');
  }
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(chain);
  } catch {
    return failed(
      'CertificateInvalid',
      'has a tls.crt that is no PEM certificate',
      'put the PEM text of the chain there',
    );
  }
  try {
    if (leaf.checkPrivateKey(createPrivateKey(key))) {
      return { fault: undefined, validToMs: Date.parse(leaf.validTo), leaf };
    }
    const hint = 'store the key that the certificate was made with';
    return failed('CertificateKeyMismatch', 'has a tls.key that does not belong to its tls.crt', hint);
  } catch {
    const hint = 'put the PEM text of the key there, without a passphrase';
    return failed('CertificateInvalid', 'has a tls.key that is no PEM private key', hint);
  }
}

function failed(reason: string, message: string, hint: string): Omit<CheckedCertificate, 'certificate'> {
  return { fault: { reason, message, hint }, validToMs: Number.POSITIVE_INFINITY, leaf: undefined };
}
