// Writes src/xds/proto/types.ts: TypeScript types of the Envoy messages that the builders use, from the checked-in descriptors.
// Run it after hack/dump-descriptors.sh, or when a message is added to ROOTS.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { envoySchema } from '../src/xds/proto/index.ts';
import { KIND } from '../src/xds/proto/schema.ts';
import { SPECIAL } from '../src/xds/proto/well-known.ts';

const HTTP = 'envoy.extensions.filters.http';
const TLS = 'envoy.extensions.transport_sockets.tls.v3';

const ROOTS = [
  'envoy.config.bootstrap.v3.Bootstrap',
  'envoy.config.cluster.v3.Cluster',
  'envoy.config.core.v3.TypedExtensionConfig',
  'envoy.config.endpoint.v3.ClusterLoadAssignment',
  'envoy.config.listener.v3.Listener',
  'envoy.config.route.v3.RouteConfiguration',
  'envoy.config.trace.v3.OpenTelemetryConfig',
  'envoy.config.trace.v3.ZipkinConfig',
  'envoy.config.trace.v3.SkyWalkingConfig',
  `${TLS}.Secret`,
  `${TLS}.UpstreamTlsContext`,
  `${TLS}.DownstreamTlsContext`,
  'envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport',
  'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer',
  'envoy.extensions.access_loggers.file.v3.FileAccessLog',
  'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig',
  'envoy.extensions.access_loggers.stats.v3.Config',
  'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
  'envoy.extensions.clusters.dns.v3.DnsCluster',
  'envoy.extensions.compression.brotli.compressor.v3.Brotli',
  'envoy.extensions.compression.gzip.compressor.v3.Gzip',
  'envoy.extensions.compression.gzip.decompressor.v3.Gzip',
  'envoy.extensions.compression.zstd.compressor.v3.Zstd',
  `${HTTP}.api_key_auth.v3.ApiKeyAuth`,
  `${HTTP}.api_key_auth.v3.ApiKeyAuthPerRoute`,
  `${HTTP}.aws_request_signing.v3.AwsRequestSigning`,
  `${HTTP}.aws_request_signing.v3.AwsRequestSigningPerRoute`,
  `${HTTP}.basic_auth.v3.BasicAuth`,
  `${HTTP}.basic_auth.v3.BasicAuthPerRoute`,
  `${HTTP}.buffer.v3.Buffer`,
  `${HTTP}.buffer.v3.BufferPerRoute`,
  `${HTTP}.compressor.v3.Compressor`,
  `${HTTP}.compressor.v3.CompressorPerRoute`,
  `${HTTP}.cors.v3.Cors`,
  `${HTTP}.cors.v3.CorsPolicy`,
  `${HTTP}.credential_injector.v3.CredentialInjector`,
  `${HTTP}.custom_response.v3.CustomResponse`,
  `${HTTP}.decompressor.v3.Decompressor`,
  `${HTTP}.ext_authz.v3.ExtAuthz`,
  `${HTTP}.ext_authz.v3.ExtAuthzPerRoute`,
  `${HTTP}.ext_proc.v3.ExtProcPerRoute`,
  `${HTTP}.ext_proc.v3.ExternalProcessor`,
  `${HTTP}.fault.v3.HTTPFault`,
  `${HTTP}.filter_chain.v3.FilterChainConfig`,
  `${HTTP}.filter_chain.v3.FilterChainConfigPerRoute`,
  `${HTTP}.header_mutation.v3.HeaderMutation`,
  `${HTTP}.header_mutation.v3.HeaderMutationPerRoute`,
  `${HTTP}.json_to_metadata.v3.JsonToMetadata`,
  `${HTTP}.jwt_authn.v3.JwtAuthentication`,
  `${HTTP}.jwt_authn.v3.PerRouteConfig`,
  `${HTTP}.local_ratelimit.v3.LocalRateLimit`,
  `${HTTP}.lua.v3.Lua`,
  `${HTTP}.lua.v3.LuaPerRoute`,
  `${HTTP}.ratelimit.v3.RateLimit`,
  `${HTTP}.ratelimit.v3.RateLimitPerRoute`,
  `${HTTP}.rbac.v3.RBAC`,
  `${HTTP}.rbac.v3.RBACPerRoute`,
  `${HTTP}.router.v3.Router`,
  `${HTTP}.set_filter_state.v3.Config`,
  `${HTTP}.set_metadata.v3.Config`,
  `${HTTP}.sse_to_metadata.v3.SseToMetadata`,
  `${HTTP}.stateful_session.v3.StatefulSession`,
  `${HTTP}.stateful_session.v3.StatefulSessionPerRoute`,
  `${HTTP}.transform.v3.TransformConfig`,
  `${HTTP}.wasm.v3.Wasm`,
  'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector',
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  'envoy.extensions.formatter.metadata.v3.Metadata',
  'envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery',
  'envoy.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy',
  'envoy.extensions.http.custom_response.redirect_policy.v3.RedirectPolicy',
  'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
  'envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig',
  'envoy.extensions.http.injected_credentials.generic.v3.Generic',
  'envoy.extensions.http.original_ip_detection.xff.v3.XffConfig',
  'envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState',
  'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest',
  'envoy.extensions.load_balancing_policies.maglev.v3.Maglev',
  'envoy.extensions.load_balancing_policies.random.v3.Random',
  'envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash',
  'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin',
  'envoy.extensions.matching.common_inputs.network.v3.DirectSourceIPInput',
  'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
  'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
  'envoy.extensions.content_parsers.json.v3.JsonContentParser',
  'envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
  'envoy.extensions.wasm.v3.PluginConfig',
  'envoy.type.matcher.v3.HttpRequestHeaderMatchInput',
  'xds.type.v3.TypedStruct',
];

/** Fields that carry credentials in our use without being marked as such. */
const MAY_BE_SECRET = new Set([
  'envoy.config.core.v3.DataSource.inline_bytes',
  'envoy.config.core.v3.DataSource.inline_string',
  'envoy.config.core.v3.HeaderValue.value',
  `${HTTP}.api_key_auth.v3.Credential.key`,
]);

const schema = envoySchema();
const missing = ROOTS.filter((name) => !schema.has(name));
if (missing.length > 0) {
  console.error(`no such messages: ${missing.join(', ')}`);
  process.exit(1);
}

/** Full names of everything that the roots lead to. */
function closure() {
  const messages = new Set();
  const enums = new Set();
  const queue = [...ROOTS];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (messages.has(name) || SPECIAL[name] !== undefined) continue;
    const type = schema.message(name);
    if (!type.mapEntry) messages.add(name);
    for (const field of type.fields) {
      if (field.deprecated) continue;
      if (field.kind === KIND.message) queue.push(field.typeName);
      else if (field.kind === KIND.enum) enums.add(field.typeName);
    }
  }
  return { messages: [...messages].sort(), enums: [...enums].sort() };
}

/** `envoy.config.route.v3.RouteAction.HashPolicy` has the package up to the first capital letter. */
function split(fullName) {
  const parts = fullName.split('.');
  const at = parts.findIndex((part) => /^[A-Z]/.test(part));
  return { packageParts: parts.slice(0, at), own: parts.slice(at).join('_') };
}

function camel(parts) {
  return parts
    .flatMap((part) => part.split('_'))
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join('');
}

/** The shortest names that are unique: `Route`, else with the name of its package, else with more of it. */
function shortNames(fullNames) {
  const names = new Map();
  const taken = new Map([
    ['Any', 2],
    ['JsonObject', 2],
    ['MessageTypes', 2],
    ['Text', 2],
  ]);
  for (const name of fullNames) taken.set(split(name).own, (taken.get(split(name).own) ?? 0) + 1);
  let open = fullNames.filter((name) => {
    const { own } = split(name);
    if (taken.get(own) > 1) return true;
    names.set(name, own);
    return false;
  });
  for (let depth = 1; open.length > 0; depth++) {
    const candidate = (name) => {
      const { packageParts, own } = split(name);
      return camel(packageParts.filter((part) => !/^v\d/.test(part)).slice(-depth)) + own;
    };
    const count = new Map();
    for (const name of open) count.set(candidate(name), (count.get(candidate(name)) ?? 0) + 1);
    const used = new Set(names.values());
    open = open.filter((name) => {
      if (count.get(candidate(name)) > 1 || used.has(candidate(name))) return true;
      names.set(name, candidate(name));
      return false;
    });
  }
  return names;
}

const { messages, enums } = closure();
const names = shortNames([...messages, ...enums]);

function scalar(field, owner = '') {
  const secret = field.sensitive || MAY_BE_SECRET.has(`${owner}.${field.name}`);
  switch (field.kind) {
    case KIND.message:
      return message(field.typeName);
    case KIND.enum:
      return names.get(field.typeName);
    case KIND.string:
      return secret ? 'Text' : 'string';
    case KIND.bytes:
      return secret ? 'Uint8Array | Text' : 'Uint8Array | string';
    case KIND.bool:
      return 'boolean';
    case KIND.int64:
    case KIND.uint64:
    case KIND.fixed64:
    case KIND.sfixed64:
    case KIND.sint64:
      return 'number | string';
    default:
      return 'number';
  }
}

function message(typeName) {
  switch (SPECIAL[typeName]) {
    case undefined:
      return names.get(typeName);
    case 'any':
      return 'Any';
    case 'struct':
      return 'JsonObject';
    case 'value':
      return 'unknown';
    case 'list':
      return 'readonly unknown[]';
    case 'wrapper':
      return scalar(schema.message(typeName).byNumber.get(1));
    default:
      return 'string';
  }
}

function fieldType(field, owner) {
  if (!field.repeated) return scalar(field, owner);
  const entry = field.kind === KIND.message ? schema.message(field.typeName) : undefined;
  if (entry?.mapEntry) return `Readonly<Record<string, ${scalar(entry.byNumber.get(2))}>>`;
  const item = scalar(field, owner);
  return item.includes(' ') ? `readonly (${item})[]` : `readonly ${item}[]`;
}

const lines = [
  '// Written by hack/generate-types.mjs from src/xds/proto/data/envoy.binpb.gz; do not edit. Deprecated fields are left out.',
  "import type { SecretText } from '#lib/secret.ts';",
  '',
  '/** Any message with its type URL. */',
  "export type Any = { readonly '@type': string; readonly [field: string]: unknown };",
  '/** google.protobuf.Struct */',
  'export type JsonObject = { readonly [key: string]: unknown };',
  '/** A field that may hold a credential. */',
  'export type Text = string | SecretText;',
  '',
];
for (const name of enums) {
  const words = [...schema.enum(name).byName.keys()].map((word) => `'${word}'`);
  lines.push(`/** ${name} */`, `export type ${names.get(name)} = ${words.join(' | ')};`);
}
lines.push('');
for (const name of messages) {
  const fields = schema.message(name).fields.filter((field) => !field.deprecated);
  lines.push(`/** ${name} */`);
  if (fields.length === 0) lines.push(`export type ${names.get(name)} = { readonly [field: string]: never };`);
  else {
    lines.push(`export type ${names.get(name)} = {`);
    for (const field of fields) lines.push(`  readonly ${field.name}?: ${fieldType(field, name)} | undefined;`);
    lines.push('};');
  }
}
lines.push('', '/** Types by full message name. */', 'export type MessageTypes = {');
for (const name of messages) lines.push(`  readonly '${name}': ${names.get(name)};`);
lines.push('};', '');

writeFileSync(fileURLToPath(new URL('../src/xds/proto/types.ts', import.meta.url)), lines.join('\n'));
console.log(`${messages.length} messages, ${enums.length} enums`);
