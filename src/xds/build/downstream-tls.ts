/** One filter chain per group of server names with the same TLS settings; certificates come by SDS and change without touching the listener. */
import { CIPHERS } from '#ir/tls-ciphers.ts';
import type { Certificate, DownstreamSettings, Problem, TlsHost, TlsVersion } from '#ir/types.ts';
import { contentHash } from '#lib/hash.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { httpFilterChain } from './connection-manager.ts';
import { any, compact } from './message.ts';
import { caSecretName, sdsConfig } from './secret.ts';

/** Oldest first. */
const VERSIONS: readonly TlsVersion[] = ['TLSv1_0', 'TLSv1_1', 'TLSv1_2', 'TLSv1_3'];

export interface TlsDefaults {
  readonly downstream: DownstreamSettings;
  /** Over QUIC instead of TCP. */
  readonly quic?: boolean;
}

const QUIC = 'envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport';

/** The context as a field of its own type, not of an Any. */
function plainContext({ '@type': _, ...context }: Message): Message {
  return context;
}

interface Group {
  readonly context: Message;
  readonly names: string[];
}

export function tlsFilterChains(
  hosts: readonly TlsHost[],
  certificates: ReadonlyMap<string, Certificate>,
  manager: Message,
  defaults: TlsDefaults,
): { readonly messages: readonly Message[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const groups = new Map<string, Group>();
  for (const host of hosts) {
    const context = tlsContext(host, certificates, problems, defaults);
    if (context === undefined) continue;
    // `*` stands alone: it is the chain without a name, used for clients without SNI too.
    const key = host.name === '*' ? '*' : contentHash(context);
    const group = groups.get(key) ?? { context, names: [] };
    group.names.push(host.name);
    groups.set(key, group);
  }
  const messages = [...groups.values()].map((group) => filterChain(group, manager, defaults.quic === true));
  return { messages, problems };
}

function filterChain(group: Group, manager: Message, quic: boolean): Message {
  const names = [...new Set(group.names)].sort();
  const any_name = names[0] === '*';
  return {
    name: any_name ? 'tls|*' : `tls|${names[0]}`,
    filter_chain_match: { ...(any_name ? {} : { server_names: names }), transport_protocol: quic ? 'quic' : 'tls' },
    transport_socket: quic
      ? {
          name: 'envoy.transport_sockets.quic',
          typed_config: any(QUIC, { downstream_tls_context: plainContext(group.context) }),
        }
      : { name: 'envoy.transport_sockets.tls', typed_config: group.context },
    ...httpFilterChain(manager),
  };
}

/** Undefined when the host cannot be served safely: then clients get no handshake at all rather than a wrong one. */
function tlsContext(
  host: TlsHost,
  certificates: ReadonlyMap<string, Certificate>,
  problems: Problem[],
  { downstream, quic = false }: TlsDefaults,
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
      // QUIC is TLS 1.3 and nothing else.
      tls_params: quic ? undefined : tlsParams(host, problems, downstream.tls),
      tls_certificate_sds_secret_configs: [sdsConfig(host.certificate)],
      validation_context_sds_secret_config:
        host.clientCa === undefined ? undefined : sdsConfig(caSecretName(host.clientCa)),
      alpn_protocols: quic ? ['h3'] : downstream.offersHttp2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    }),
    ...(host.clientCa === undefined ? {} : { require_client_certificate: true }),
  });
}

/** What the host says, else what holds for all hosts; of two versions that exclude each other the host's counts. */
function tlsParams(host: TlsHost, problems: Problem[], all: DownstreamSettings['tls']): Message | undefined {
  const after = (a: TlsVersion | undefined, b: TlsVersion | undefined) =>
    a !== undefined && b !== undefined && VERSIONS.indexOf(a) > VERSIONS.indexOf(b);
  const min = host.minVersion ?? (after(all.minVersion, host.maxVersion) ? undefined : all.minVersion);
  const max = host.maxVersion ?? (after(host.minVersion, all.maxVersion) ? undefined : all.maxVersion);
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
    tls_minimum_protocol_version: min,
    tls_maximum_protocol_version: max,
    cipher_suites: known !== undefined && known.length > 0 ? known : all.ciphers,
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
