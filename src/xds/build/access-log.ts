/** The access log. Formats written for Higress read plugin fields from filter state; here they are dynamic metadata. */
import type { AccessLogSettings } from '#ir/types.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { any } from './message.ts';

const AI_LOG = '%DYNAMIC_METADATA(higress.ai_log)%';

/** Plugins inside Envoy leave the details of their answers in metadata too. */
const DETAILS = `%COALESCE(${JSON.stringify({
  operators: [{ command: 'DYNAMIC_METADATA', param: 'higress.log:response_code_details' }, 'RESPONSE_CODE_DETAILS'],
})})%`;

/** Keys of one line when nothing else is asked for; the names are those of Higress's default format. */
const DEFAULT_FIELDS: Readonly<Record<string, string>> = {
  ai_log: AI_LOG,
  authority: '%REQ(X-ENVOY-ORIGINAL-HOST?:AUTHORITY)%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  duration: '%DURATION%',
  istio_policy_status: '%DYNAMIC_METADATA(istio.mixer:status)%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  plugin_ms: '%DYNAMIC_METADATA(higress.plugin_ms)%',
  protocol: '%PROTOCOL%',
  request_id: '%REQ(X-REQUEST-ID)%',
  requested_server_name: '%REQUESTED_SERVER_NAME%',
  response_code: '%RESPONSE_CODE%',
  response_flags: '%RESPONSE_FLAGS%',
  route_name: '%ROUTE_NAME%',
  start_time: '%START_TIME%',
  trace_id: '%REQ(X-B3-TRACEID)%',
  upstream_cluster: '%UPSTREAM_CLUSTER%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  user_agent: '%REQ(USER-AGENT)%',
  x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
  response_code_details: DETAILS,
};

/** `%FILTER_STATE(wasm.ai_log:PLAIN)%` and its kind, in Envoy's metadata words. */
export function translateFormat(format: string): string {
  const detailed = format.replaceAll('%RESPONSE_CODE_DETAILS%', DETAILS);
  return detailed.replace(/%FILTER_STATE\(wasm\.([^:)%]+)(?::[A-Z]+)?\)%/g, (_, key: string) =>
    key === 'ai_log' ? AI_LOG : `%DYNAMIC_METADATA(higress.log:${key})%`,
  );
}

/** `access_log` of a connection manager: none when the path is empty. */
export function accessLog(settings: AccessLogSettings, path = settings.path): Message[] {
  if (path === '') return [];
  const log_format = logFormat(settings);
  const stream = { '/dev/stdout': 'Stdout', '/dev/stderr': 'Stderr' }[path];
  // Opening /dev/stdout by name fails when another user owns the pipe; Envoy's stream logger writes to the descriptor.
  if (stream !== undefined) {
    const type = `envoy.extensions.access_loggers.stream.v3.${stream}AccessLog`;
    return [{ name: `envoy.access_loggers.${stream.toLowerCase()}`, typed_config: any(type, { log_format }) }];
  }
  const type = 'envoy.extensions.access_loggers.file.v3.FileAccessLog';
  return [{ name: 'envoy.access_loggers.file', typed_config: any(type, { path, log_format }) }];
}

function logFormat(settings: AccessLogSettings): Message {
  if (settings.format === undefined || settings.format.trim() === '') return { json_format: DEFAULT_FIELDS };
  // The chart's TEXT format is a JSON object: written as such, quotes inside values are escaped and every line stays JSON.
  const fields = jsonFields(settings.format);
  if (fields !== undefined) return { json_format: fields };
  const format = translateFormat(settings.format);
  const line = format.endsWith('\n') ? format : `${format}\n`;
  return { text_format_source: { inline_string: line } };
}

/** Translated one by one: Envoy's words may have quotes in them. */
function jsonFields(format: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(format, (_, field) =>
      typeof field === 'string' ? translateFormat(field) : field,
    );
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}
