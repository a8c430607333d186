/** One filter chain per group of server names with the same TLS settings; certificates come by SDS and change without touching the listener. */
import type { Certificate, Problem, TlsHost, TlsVersion } from '#ir/types.ts';
import { contentHash } from '#lib/hash.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { httpFilterChain } from './connection-manager.ts';
import { any, compact } from './message.ts';
import { caSecretName, sdsConfig } from './secret.ts';

/** Cipher names of TLS 1.2 and older that Envoy's BoringSSL knows; one unknown name would make Envoy refuse the whole listener. */
const CIPHERS = new Set([
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
]);

const VERSIONS: Readonly<Record<TlsVersion, string>> = {
  TLSv1_0: 'TLSv1_0',
  TLSv1_1: 'TLSv1_1',
  TLSv1_2: 'TLSv1_2',
  TLSv1_3: 'TLSv1_3',
};

interface Group {
  readonly context: Message;
  readonly names: string[];
}

export function tlsFilterChains(
  hosts: readonly TlsHost[],
  certificates: ReadonlyMap<string, Certificate>,
  manager: Message,
): { readonly messages: readonly Message[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const groups = new Map<string, Group>();
  for (const host of hosts) {
    const context = tlsContext(host, certificates, problems);
    if (context === undefined) continue;
    // `*` stands alone: it is the chain without a name, used for clients without SNI too.
    const key = host.name === '*' ? '*' : contentHash(context);
    const group = groups.get(key) ?? { context, names: [] };
    group.names.push(host.name);
    groups.set(key, group);
  }
  const messages = [...groups.values()].map((group) => filterChain(group, manager));
  return { messages, problems };
}

function filterChain(group: Group, manager: Message): Message {
  const names = [...new Set(group.names)].sort();
  const any_name = names[0] === '*';
  return {
    name: any_name ? 'tls|*' : `tls|${names[0]}`,
    filter_chain_match: any_name ? { transport_protocol: 'tls' } : { server_names: names, transport_protocol: 'tls' },
    transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: group.context },
    ...httpFilterChain(manager),
  };
}

/** Undefined when the host cannot be served safely: then clients get no handshake at all rather than a wrong one. */
function tlsContext(
  host: TlsHost,
  certificates: ReadonlyMap<string, Certificate>,
  problems: Problem[],
): Message | undefined {
  const certificate = certificates.get(host.certificate);
  if (certificate?.chain === undefined || certificate.key === undefined) {
    problems.push(missing(host, host.certificate, 'certificate and key', 'tls.crt and tls.key'));
    return undefined;
  }
  if (host.clientCa !== undefined && certificates.get(host.clientCa)?.ca === undefined) {
    problems.push(missing(host, host.clientCa, 'CA for client certificates', 'ca.crt'));
    return undefined;
  }
  return any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
    common_tls_context: compact({
      tls_params: tlsParams(host, problems),
      tls_certificate_sds_secret_configs: [sdsConfig(host.certificate)],
      validation_context_sds_secret_config:
        host.clientCa === undefined ? undefined : sdsConfig(caSecretName(host.clientCa)),
      alpn_protocols: ['h2', 'http/1.1'],
    }),
    ...(host.clientCa === undefined ? {} : { require_client_certificate: true }),
  });
}

function tlsParams(host: TlsHost, problems: Problem[]): Message | undefined {
  const known = host.ciphers?.filter((name) => CIPHERS.has(name));
  const unknown = host.ciphers?.filter((name) => !CIPHERS.has(name)) ?? [];
  if (unknown.length > 0) {
    problems.push({
      severity: 'warning',
      reason: 'UnknownCipher',
      origin: host.origin,
      value: unknown.join(','),
      message: `TLS host ${host.name}: cipher ${unknown.join(', ')} is unknown to Envoy and left out`,
      hint: `use names such as ${[...CIPHERS].slice(0, 2).join(', ')}`,
    });
  }
  const params = compact({
    tls_minimum_protocol_version: host.minVersion && VERSIONS[host.minVersion],
    tls_maximum_protocol_version: host.maxVersion && VERSIONS[host.maxVersion],
    cipher_suites: known !== undefined && known.length > 0 ? known : undefined,
  });
  return Object.keys(params).length === 0 ? undefined : params;
}

function missing(host: TlsHost, secret: string, what: string, keys: string): Problem {
  return {
    severity: 'error',
    reason: 'SecretMissing',
    origin: host.origin,
    value: secret,
    message: `TLS host ${host.name} is not served: Secret ${secret} gives no ${what}`,
    hint: `create the Secret with ${keys}`,
  };
}
