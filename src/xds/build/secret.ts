/** SDS: certificates and CAs by the name of the Secret they came from. */
import { dirname } from 'node:path';
import { rootCertificates } from 'node:tls';
import type { Certificate } from '#ir/types.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { ADS } from './message.ts';
import type { BuildOptions } from './options.ts';

/** A Secret may hold a key pair and a CA; Envoy wants them as two resources. */
export function caSecretName(name: string): string {
  return `${name}#ca`;
}

export function sdsConfig(name: string): Message {
  return { name, sds_config: ADS };
}

/** The key stays a SecretText: only the encoder reveals it. */
export function secrets(certificate: Certificate): readonly { readonly name: string; readonly message: Message }[] {
  const out: { name: string; message: Message }[] = [];
  if (certificate.chain !== undefined && certificate.key !== undefined) {
    const name = certificate.name;
    const tls_certificate = {
      certificate_chain: { inline_string: certificate.chain },
      private_key: { inline_string: certificate.key },
    };
    out.push({ name, message: { name, tls_certificate } });
  }
  if (certificate.ca !== undefined) {
    const name = caSecretName(certificate.name);
    out.push({
      name,
      message: { name, validation_context: { trusted_ca: { inline_string: certificate.ca } } },
    });
  }
  return out;
}

/**
 * The public CAs, for verified upstreams without a CA of their own. Envoy has no system roots of its own (`system_root_certs` is accepted and
 * verifies nothing in 1.40), so it gets the Mozilla list that Node brings.
 */
export const PUBLIC_CA_SECRET = 'higress.public-cas';

export function publicCaSecret(): Message {
  const inline_string = `${rootCertificates.join('\n')}\n`;
  return { name: PUBLIC_CA_SECRET, validation_context: { trusted_ca: { inline_string } } };
}

/** The egress listener's own; no Secret of a user has such a name. */
export const EGRESS_SECRET = 'higress.egress';

/** Files of the gateway pod: Envoy reads them again when the kubelet has put renewed ones in their place, which it does only for secrets by SDS. */
export function egressSecrets({ cert, key, ca }: NonNullable<BuildOptions['egressTls']>): readonly Message[] {
  const watched = (path: string) => ({ watched_directory: { path: dirname(path) } });
  return [
    {
      name: EGRESS_SECRET,
      tls_certificate: { certificate_chain: { filename: cert }, private_key: { filename: key }, ...watched(cert) },
    },
    { name: caSecretName(EGRESS_SECRET), validation_context: { trusted_ca: { filename: ca }, ...watched(ca) } },
  ];
}
