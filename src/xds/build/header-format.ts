/**
 * Format operators in header values. Envoy refuses a whole RouteConfiguration for one that it does not know or whose argument it dislikes, so
 * only forms that Envoy 1.40 was seen to accept pass; every other `%` becomes text.
 */

const PLAIN = words(
  'BYTES_RECEIVED BYTES_SENT CONNECTION_ID CONNECTION_TERMINATION_DETAILS DURATION HOSTNAME PROTOCOL REQUESTED_SERVER_NAME REQUEST_DURATION',
  'RESPONSE_CODE RESPONSE_CODE_DETAILS RESPONSE_DURATION RESPONSE_FLAGS RESPONSE_FLAGS_LONG ROUTE_NAME STREAM_ID TRACE_ID SPAN_ID',
  'VIRTUAL_CLUSTER_NAME DOWNSTREAM_DIRECT_REMOTE_ADDRESS DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT DOWNSTREAM_LOCAL_ADDRESS',
  'DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT DOWNSTREAM_LOCAL_PORT DOWNSTREAM_LOCAL_SUBJECT DOWNSTREAM_LOCAL_URI_SAN DOWNSTREAM_LOCAL_DNS_SAN',
  'DOWNSTREAM_PEER_CERT DOWNSTREAM_PEER_DNS_SAN DOWNSTREAM_PEER_FINGERPRINT_1 DOWNSTREAM_PEER_FINGERPRINT_256 DOWNSTREAM_PEER_ISSUER',
  'DOWNSTREAM_PEER_SERIAL DOWNSTREAM_PEER_SUBJECT DOWNSTREAM_PEER_URI_SAN DOWNSTREAM_REMOTE_ADDRESS DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT',
  'DOWNSTREAM_REMOTE_PORT DOWNSTREAM_TLS_CIPHER DOWNSTREAM_TLS_SESSION_ID DOWNSTREAM_TLS_VERSION UPSTREAM_CLUSTER UPSTREAM_CLUSTER_RAW',
  'UPSTREAM_HOST UPSTREAM_HOST_NAME UPSTREAM_LOCAL_ADDRESS UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT UPSTREAM_LOCAL_PORT UPSTREAM_REMOTE_ADDRESS',
  'UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT UPSTREAM_REMOTE_PORT UPSTREAM_REQUEST_ATTEMPT_COUNT UPSTREAM_TRANSPORT_FAILURE_REASON',
);
const HEADER = words('REQ RESP TRAILER');
const TIME = words('START_TIME START_TIME_LOCAL EMIT_TIME DOWNSTREAM_PEER_CERT_V_START DOWNSTREAM_PEER_CERT_V_END');
const KEYED = words('DYNAMIC_METADATA ENVIRONMENT QUERY_PARAM');
const KEYED_WHOLE = words('CLUSTER_METADATA UPSTREAM_METADATA');
const STATE = words('FILTER_STATE UPSTREAM_FILTER_STATE');

/** One candidate: `%%`, or an operator with argument and length. Time formats have their own percent signs inside the argument. */
const CANDIDATE = /%%|%([A-Z][A-Z0-9_]*)(?:\(([^)]*)\))?(?::(\d+))?%/y;

const HEADER_NAME = ":?[A-Za-z0-9!#$&'*+.^_`|~-]+";
const HEADER_ARGUMENT = new RegExp(`^${HEADER_NAME}(\\?${HEADER_NAME})?$`);
const KEY_ARGUMENT = /^[\w./-]+(:[\w./-]+)*$/;
const STATE_ARGUMENT = /^[\w./-]+(:(PLAIN|TYPED))?$/;
const METADATA_ARGUMENT = /^(DYNAMIC|CLUSTER|ROUTE|UPSTREAM_HOST|LISTENER):[\w./-]+(:[\w./-]+)*$/;

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(' ').split(' '));
}

/** The value with every `%` that does not belong to an operator doubled, which Envoy prints as one. */
export function headerFormat(value: string): string {
  let out = '';
  let at = 0;
  for (;;) {
    const percent = value.indexOf('%', at);
    if (percent < 0) return out + value.slice(at);
    out += value.slice(at, percent);
    CANDIDATE.lastIndex = percent;
    const match = CANDIDATE.exec(value);
    if (match !== null && (match[0] === '%%' || accepted(match[1]!, match[2], match[3]))) {
      out += match[0];
      at = percent + match[0].length;
    } else {
      out += '%%';
      at = percent + 1;
    }
  }
}

/** Text that Envoy must print as it is. */
export function literalHeader(value: string): string {
  return value.replaceAll('%', '%%');
}

function accepted(name: string, argument: string | undefined, length: string | undefined): boolean {
  if (PLAIN.has(name)) return argument === undefined && length === undefined;
  if (name === 'PATH') return argument === undefined || (/^(WQ|NQ)$/.test(argument) && length === undefined);
  if (TIME.has(name)) return length === undefined && (argument === undefined || /^[\w %:./+-]+$/.test(argument));
  if (argument === undefined) return false;
  if (HEADER.has(name)) return HEADER_ARGUMENT.test(argument);
  if (KEYED.has(name)) return KEY_ARGUMENT.test(argument);
  if (STATE.has(name)) return STATE_ARGUMENT.test(argument);
  if (KEYED_WHOLE.has(name)) return length === undefined && KEY_ARGUMENT.test(argument);
  return name === 'METADATA' && length === undefined && METADATA_ARGUMENT.test(argument);
}
