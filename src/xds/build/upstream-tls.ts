import type { Backend, Certificate, Problem, UpstreamTls } from '#ir/types.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { any, compact } from './message.ts';
import { caSecretName, PUBLIC_CA_SECRET, sdsConfig } from './secret.ts';

export interface UpstreamTlsResult {
  readonly socket: Message;
  readonly problems: readonly Problem[];
  /** Names the Secret `PUBLIC_CA_SECRET`. */
  readonly publicCas: boolean;
}

/** TLS towards an upstream. Verified means: the chain ends in the Secret's CA or the system's, and the certificate is for the SNI name. */
export function upstreamTls(
  backend: Backend,
  tls: UpstreamTls,
  certificates: ReadonlyMap<string, Certificate>,
  systemCaFile: string | undefined,
): UpstreamTlsResult {
  const problems: Problem[] = [];
  const certificate = tls.certificate === undefined ? undefined : certificates.get(tls.certificate);
  if (tls.certificate !== undefined && certificate === undefined) {
    problems.push({
      severity: 'error',
      reason: 'SecretMissing',
      origin: backend.origin,
      value: tls.certificate,
      message: `upstream ${backend.host}:${backend.port}: Secret ${tls.certificate} is missing; no client certificate is sent`,
      hint: 'create the Secret with tls.crt, tls.key and, for verification, ca.crt',
    });
  }
  const keyPair = certificate?.chain !== undefined && certificate.key !== undefined;
  const ca = certificate?.ca !== undefined;
  const context = any(
    'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
    compact({
      sni: tls.sni,
      auto_sni_san_validation: tls.verify && tls.sni !== undefined ? true : undefined,
      common_tls_context: compact({
        alpn_protocols: backend.protocol === 'http2' ? ['h2'] : ['http/1.1'],
        tls_certificate_sds_secret_configs: keyPair ? [sdsConfig(tls.certificate!)] : undefined,
        ...verification(tls, ca, systemCaFile),
      }),
    }),
  );
  const publicCas = tls.verify && !ca && systemCaFile === undefined;
  return { socket: { name: 'envoy.transport_sockets.tls', typed_config: context }, problems, publicCas };
}

function verification(tls: UpstreamTls, ownCa: boolean, systemCaFile: string | undefined): Message {
  if (!tls.verify) return {};
  if (ownCa) return { validation_context_sds_secret_config: sdsConfig(caSecretName(tls.certificate!)) };
  return {
    ...(systemCaFile === undefined
      ? { validation_context_sds_secret_config: sdsConfig(PUBLIC_CA_SECRET) }
      : { validation_context: { trusted_ca: { filename: systemCaFile } } }),
  };
}
