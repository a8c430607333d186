/**
 * Formats of the access log as people write them. Envoy refuses a listener, and with it every route, for one operator that it does not know, so formats
 * are checked here. The lists are what Envoy 1.40 was seen to accept.
 */

const PLAIN = words(
  'REQUEST_DURATION REQUEST_TX_DURATION RESPONSE_DURATION RESPONSE_TX_DURATION DOWNSTREAM_HANDSHAKE_DURATION ROUNDTRIP_DURATION',
  'BYTES_RECEIVED BYTES_SENT BYTES_RETRANSMITTED PACKETS_RETRANSMITTED UPSTREAM_WIRE_BYTES_RECEIVED UPSTREAM_WIRE_BYTES_SENT',
  'UPSTREAM_HEADER_BYTES_RECEIVED UPSTREAM_HEADER_BYTES_SENT UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED',
  'UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT DOWNSTREAM_WIRE_BYTES_RECEIVED DOWNSTREAM_WIRE_BYTES_SENT DOWNSTREAM_HEADER_BYTES_RECEIVED',
  'DOWNSTREAM_HEADER_BYTES_SENT DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_SENT PROTOCOL',
  'UPSTREAM_PROTOCOL RESPONSE_CODE RESPONSE_CODE_DETAILS CONNECTION_TERMINATION_DETAILS DURATION CUSTOM_FLAGS RESPONSE_FLAGS',
  'RESPONSE_FLAGS_LONG UPSTREAM_HOST UPSTREAM_HOST_NAME UPSTREAM_HOST_NAME_WITHOUT_PORT UPSTREAM_CLUSTER UPSTREAM_CLUSTER_RAW',
  'UPSTREAM_LOCAL_ADDRESS UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT UPSTREAM_LOCAL_PORT UPSTREAM_REMOTE_ADDRESS',
  'UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT UPSTREAM_REMOTE_PORT UPSTREAM_REQUEST_ATTEMPT_COUNT UPSTREAM_TLS_CIPHER UPSTREAM_TLS_VERSION',
  'UPSTREAM_TLS_SESSION_ID UPSTREAM_PEER_ISSUER UPSTREAM_PEER_CERT UPSTREAM_PEER_SUBJECT UPSTREAM_PEER_URI_SAN UPSTREAM_PEER_DNS_SAN',
  'UPSTREAM_PEER_IP_SAN UPSTREAM_LOCAL_URI_SAN UPSTREAM_LOCAL_DNS_SAN UPSTREAM_LOCAL_IP_SAN UPSTREAM_CONNECTION_ID',
  'UPSTREAM_CONNECTION_POOL_READY_DURATION UPSTREAM_TRANSPORT_FAILURE_REASON UPSTREAM_HOSTS_ATTEMPTED',
  'UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT UPSTREAM_HOST_NAMES_ATTEMPTED UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT',
  'UPSTREAM_CONNECTION_IDS_ATTEMPTED UPSTREAM_DETECTED_CLOSE_TYPE UPSTREAM_LOCAL_CLOSE_REASON DOWNSTREAM_LOCAL_CLOSE_REASON',
  'DOWNSTREAM_DETECTED_CLOSE_TYPE DOWNSTREAM_TRANSPORT_FAILURE_REASON DOWNSTREAM_REMOTE_ADDRESS',
  'DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT DOWNSTREAM_REMOTE_PORT DOWNSTREAM_DIRECT_REMOTE_ADDRESS',
  'DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT DOWNSTREAM_DIRECT_REMOTE_PORT DOWNSTREAM_LOCAL_ADDRESS',
  'DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT DOWNSTREAM_LOCAL_PORT DOWNSTREAM_DIRECT_LOCAL_ADDRESS',
  'DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT DOWNSTREAM_DIRECT_LOCAL_PORT DOWNSTREAM_LOCAL_URI_SAN DOWNSTREAM_LOCAL_DNS_SAN',
  'DOWNSTREAM_LOCAL_IP_SAN DOWNSTREAM_LOCAL_EMAIL_SAN DOWNSTREAM_LOCAL_OTHERNAME_SAN DOWNSTREAM_LOCAL_SUBJECT DOWNSTREAM_PEER_URI_SAN',
  'DOWNSTREAM_PEER_DNS_SAN DOWNSTREAM_PEER_IP_SAN DOWNSTREAM_PEER_EMAIL_SAN DOWNSTREAM_PEER_OTHERNAME_SAN DOWNSTREAM_PEER_SUBJECT',
  'DOWNSTREAM_PEER_ISSUER DOWNSTREAM_PEER_SERIAL DOWNSTREAM_PEER_FINGERPRINT_1 DOWNSTREAM_PEER_FINGERPRINT_256',
  'DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1 DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256 DOWNSTREAM_PEER_CHAIN_SERIALS DOWNSTREAM_PEER_CERT',
  'DOWNSTREAM_TLS_CIPHER DOWNSTREAM_TLS_VERSION DOWNSTREAM_TLS_SESSION_ID CONNECTION_ID REQUESTED_SERVER_NAME ROUTE_NAME',
  'VIRTUAL_CLUSTER_NAME TLS_JA3_FINGERPRINT TLS_JA4_FINGERPRINT UNIQUE_ID STREAM_ID FILTER_CHAIN_NAME HOSTNAME ACCESS_LOG_TYPE',
  'LOCAL_REPLY_BODY GRPC_STATUS_NUMBER TRACE_ID SPAN_ID REQUEST_HEADERS_BYTES RESPONSE_HEADERS_BYTES RESPONSE_TRAILERS_BYTES',
);
const HEADER = words('REQ RESP TRAILER');
const TIME = words(
  'START_TIME START_TIME_LOCAL EMIT_TIME EMIT_TIME_LOCAL',
  'DOWNSTREAM_PEER_CERT_V_START DOWNSTREAM_PEER_CERT_V_END UPSTREAM_PEER_CERT_V_START UPSTREAM_PEER_CERT_V_END',
);
const KEYED = words('DYNAMIC_METADATA ENVIRONMENT QUERY_PARAM');
const KEYED_WHOLE = words('CLUSTER_METADATA UPSTREAM_METADATA');
const STATE = words('FILTER_STATE UPSTREAM_FILTER_STATE');

/** `%%`, or an operator with argument and length. Time formats have percent signs of their own inside the argument. */
const OPERATOR = /%%|%([A-Z][A-Z0-9_]*)(?:\(([^)]*)\))?(?::(\d{1,9}))?%/y;

const HEADER_NAME = ":?[A-Za-z0-9!#$&'*+.^_`|~-]+";
const HEADER_ARGUMENT = new RegExp(`^${HEADER_NAME}(\\?${HEADER_NAME})?$`);
const KEY_ARGUMENT = /^[\w./-]+(:[\w./-]+)*$/;
const STATE_ARGUMENT = /^[\w./-]+(:(PLAIN|TYPED|FIELD:\w+))?$/;
const METADATA_ARGUMENT = /^(DYNAMIC|CLUSTER|ROUTE|UPSTREAM_HOST|LISTENER):[\w./-]+(:[\w./-]+)*$/;

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(' ').split(' '));
}

/** The first piece of a format, text or JSON, that is no operator; undefined when there is none. */
export function accessLogFormatFault(format: string): string | undefined {
  for (const text of textsOf(format)) {
    const fault = faultOf(text);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** A format that is a JSON object is one of fields: its texts are formats, its keys are not. */
function textsOf(format: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(format);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return texts(value);
  } catch {
    // A text.
  }
  return [format];
}

function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(texts) : [];
}

const SHOWN = 40;

function faultOf(text: string): string | undefined {
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at)) {
    OPERATOR.lastIndex = at;
    const match = OPERATOR.exec(text);
    if (match === null) return text.slice(at, at + SHOWN);
    if (match[0] !== '%%' && !accepted(match[1]!, match[2], match[3])) return match[0];
    at += match[0].length;
  }
  return undefined;
}

function accepted(name: string, argument: string | undefined, length: string | undefined): boolean {
  if (PLAIN.has(name)) return !argument && length === undefined;
  if (name === 'PATH') return argument === undefined || /^(WQ|NQ)?(:(ORIG|PATH|ORIG_OR_PATH))?$/.test(argument);
  if (name === 'QUERY_PARAMS') return argument === undefined || /^(ORIG|DECODED)?$/.test(argument);
  if (TIME.has(name)) return length === undefined && (argument === undefined || /^[\w %:./,+-]+$/.test(argument));
  if (name === 'GRPC_STATUS')
    return length === undefined && (argument === undefined || /^(CAMEL_STRING|SNAKE_STRING|NUMBER)$/.test(argument));
  if (argument === undefined) return false;
  if (name === 'COALESCE') return operatorsHold(argument);
  if (HEADER.has(name)) return HEADER_ARGUMENT.test(argument);
  if (KEYED.has(name)) return KEY_ARGUMENT.test(argument);
  if (STATE.has(name)) return STATE_ARGUMENT.test(argument);
  if (KEYED_WHOLE.has(name)) return length === undefined && KEY_ARGUMENT.test(argument);
  if (name === 'METADATA') return length === undefined && METADATA_ARGUMENT.test(argument);
  return name === 'COMMON_DURATION' && length === undefined && /^\w+:\w+:(ms|us|ns)$/.test(argument);
}

/** The argument of COALESCE: `{"operators":["PROTOCOL",{"command":"REQ","param":"x"}]}`. */
function operatorsHold(argument: string): boolean {
  try {
    const { operators } = JSON.parse(argument) as { operators?: unknown };
    return Array.isArray(operators) && operators.length > 0 && operators.every(operatorHolds);
  } catch {
    return false;
  }
}

function operatorHolds(operator: unknown): boolean {
  if (typeof operator === 'string') return accepted(operator, undefined, undefined);
  const { command, param } = (operator ?? {}) as { command?: unknown; param?: unknown };
  return typeof command === 'string' && accepted(command, typeof param === 'string' ? param : undefined, undefined);
}
