/** Spans: the connection manager's part with the collectors that Envoy knows, and the part of routes whose plugins write attributes. */
import type { SpanTag, TracingSettings } from '#ir/types.ts';
import { SPAN_NAMESPACE } from '#plugin-sdk/spans.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { any, compact, duration } from './message.ts';

const TRACE = 'envoy.config.trace.v3.';

export function tracing(settings: TracingSettings): Message {
  return {
    provider: PROVIDERS[settings.type](settings),
    random_sampling: { value: settings.samplingPercent },
    // A span for each call of an upstream below the one of the request.
    spawn_upstream_span: true,
    custom_tags: settings.tags.map(customTag),
  };
}

/**
 * What plugins of a route write for its spans, beside the tags of the connection manager, which stay; of equal names the route's counts. Envoy takes a
 * route with a message of its own to sample all requests unless that says otherwise. A plugin that writes nothing leaves no tag.
 */
export function routeTracing({ samplingPercent, keys }: RouteSpans): Message {
  return {
    random_sampling: { numerator: Math.round(samplingPercent * 100), denominator: 'TEN_THOUSAND' },
    custom_tags: keys.map((tag) => ({
      tag,
      metadata: { kind: { request: {} }, metadata_key: { key: SPAN_NAMESPACE, path: [{ key: tag }] } },
    })),
  };
}

export interface RouteSpans {
  /** Of the gateway: 0 to 100. */
  readonly samplingPercent: number;
  /** Names of the attributes, each once. */
  readonly keys: readonly string[];
}

const PROVIDERS: Readonly<Record<TracingSettings['type'], (settings: TracingSettings) => Message>> = {
  zipkin: ({ backend }) => ({
    name: 'envoy.tracers.zipkin',
    typed_config: any(`${TRACE}ZipkinConfig`, {
      collector_cluster: backend,
      collector_endpoint: '/api/v2/spans',
      collector_hostname: 'higress-gateway',
      collector_endpoint_version: 'HTTP_JSON',
    }),
  }),
  skywalking: (settings) => ({
    name: 'envoy.tracers.skywalking',
    typed_config: any(`${TRACE}SkyWalkingConfig`, {
      grpc_service: grpc(settings),
      client_config: compact({ service_name: settings.serviceName, backend_token: settings.token }),
    }),
  }),
  opentelemetry: (settings) => ({
    name: 'envoy.tracers.opentelemetry',
    typed_config: any(`${TRACE}OpenTelemetryConfig`, {
      grpc_service: grpc(settings),
      service_name: settings.serviceName,
    }),
  }),
};

/** Envoy's own authority would be the cluster's name, whose `|` some servers refuse. */
function grpc({ backend, host, timeoutMs }: TracingSettings): Message {
  return { envoy_grpc: { cluster_name: backend, authority: host }, timeout: duration(timeoutMs) };
}

function customTag({ name: tag, from }: SpanTag): Message {
  switch (from.type) {
    case 'literal':
      return { tag, literal: { value: from.value } };
    case 'header':
      return { tag, request_header: { name: from.name, default_value: from.value } };
    case 'environment':
      return { tag, environment: { name: from.name, default_value: from.value } };
  }
}
