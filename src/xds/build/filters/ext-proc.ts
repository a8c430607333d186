/** The hop to the plugin server: one gRPC stream per request that runs a whole plugin chain. */
import type { HookNeeds } from '#plugin-sdk/hooks.ts';
import { SPAN_NAMESPACE } from '#plugin-sdk/spans.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { any, compact, HTTP_FILTERS } from '../message.ts';
import { CLUSTER_EXT_PROC, HEADER_CHAIN, HEADER_CLUSTER, HEADER_ROUTE, HEADER_SOURCE } from '../options.ts';
import type { FilterForm } from './filter.ts';

const TYPE = `${HTTP_FILTERS}ext_proc.v3.`;

/** Hooks may wait for a model vendor between two messages; one that takes longer asks for more time while it lives. */
const MESSAGE_TIMEOUT = '120s';
const MAX_MESSAGE_TIMEOUT = '3600s';

const IDLE: Message = {
  request_header_mode: 'SKIP',
  response_header_mode: 'SKIP',
  request_body_mode: 'NONE',
  response_body_mode: 'NONE',
  request_trailer_mode: 'SKIP',
  response_trailer_mode: 'SKIP',
};

/**
 * What Envoy sends to the plugin server. Response bodies always come in parts, also when a plugin wants the whole: the plugin server
 * gathers them, so that an answer that turns out to be an event stream still flows.
 *
 * Envoy's observability mode is not used for chains that only look: Envoy drops every reply in that mode, and with it the log fields.
 */
export function processingMode(needs: HookNeeds): Message {
  return {
    request_header_mode: needs.requestHeaders === true ? 'SEND' : 'SKIP',
    response_header_mode: needs.responseHeaders === true ? 'SEND' : 'SKIP',
    request_body_mode: { none: 'NONE', buffered: 'BUFFERED', stream: 'STREAMED' }[needs.requestBody ?? 'none'],
    response_body_mode: (needs.responseBody ?? 'none') === 'none' ? 'NONE' : 'STREAMED',
    request_trailer_mode: 'SKIP',
    response_trailer_mode: 'SKIP',
  };
}

/** `config` of this filter: the chain to run. */
export interface ExtProcHop extends Message {
  readonly chain: string;
  readonly needs: HookNeeds;
  /** Go on without the chain when the plugin server fails; only when every plugin of the chain says so. */
  readonly failOpen: boolean;
}

export const extProc: FilterForm = {
  kind: 'ext_proc',
  base: (config) => {
    const hop = config as ExtProcHop;
    return processor(processingMode(hop.needs), hop);
  },
  noop: () => processor(IDLE, undefined),
  perRoute: (config) => {
    const hop = config as ExtProcHop;
    return any(`${TYPE}ExtProcPerRoute`, {
      overrides: {
        processing_mode: processingMode(hop.needs),
        grpc_initial_metadata: chainMetadata(hop),
        failure_mode_allow: hop.failOpen,
      },
    });
  },
};

function processor(mode: Message, hop: ExtProcHop | undefined): Message {
  return any(
    `${TYPE}ExternalProcessor`,
    compact({
      // As small as can be: Envoy compares the whole of it by reflection whenever a stream begins. Retries are the cluster's.
      grpc_service: {
        // The plugin server reads nothing of what Envoy would say of itself and the client in headers of every stream.
        envoy_grpc: { cluster_name: CLUSTER_EXT_PROC, skip_envoy_headers: true },
        initial_metadata: [...requestMetadata(), ...(hop === undefined ? [] : chainMetadata(hop))],
      },
      stat_prefix: 'plugins',
      failure_mode_allow: hop?.failOpen,
      processing_mode: mode,
      // The plugin server drops a body it does not want after all (for example another content type).
      allow_mode_override: true,
      message_timeout: MESSAGE_TIMEOUT,
      max_message_timeout: MAX_MESSAGE_TIMEOUT,
      mutation_rules: { allow_all_routing: true, allow_envoy: true },
      metadata_options: {
        receiving_namespaces: {
          untyped: ['higress.ai_log', 'higress.log', 'higress.plugin_ms', SPAN_NAMESPACE, 'envoy.lb'],
        },
      },
      status_on_error: { code: 'ServiceUnavailable' },
    }),
  );
}

/** What Envoy knows of a request besides its headers: as metadata it costs a tenth of what `request_attributes` do, which are CEL expressions. */
function requestMetadata(): Message[] {
  return [
    { key: HEADER_ROUTE, value: '%ROUTE_NAME%' },
    { key: HEADER_CLUSTER, value: '%UPSTREAM_CLUSTER_RAW%' },
  ];
}

function chainMetadata({ chain, needs }: ExtProcHop): Message[] {
  const source = { key: HEADER_SOURCE, value: '%DOWNSTREAM_REMOTE_ADDRESS%' };
  return [{ key: HEADER_CHAIN, value: chain }, ...(needs.sourceAddress === true ? [source] : [])];
}
