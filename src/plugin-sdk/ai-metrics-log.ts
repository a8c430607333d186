/**
 * Token and duration counters of AI routes whose ai-statistics runs by its hooks: static access loggers of the connection manager, fed by the dynamic metadata
 * that it writes. They name no route, so they never change with routes or plugins. Inside Envoy the plugin counts by itself, under the same names.
 */

/** Namespace of the members of `ai_log`. */
export const AI_LOG_NAMESPACE = 'higress.ai_log';

const field = (key: string) => `%DYNAMIC_METADATA(${AI_LOG_NAMESPACE}:${key})%`;

const TAGS = [
  { name: 'ai_route', value_format: '%ROUTE_NAME%' },
  { name: 'ai_cluster', value_format: '%UPSTREAM_CLUSTER_RAW%' },
  { name: 'ai_model', value_format: field('model') },
  { name: 'ai_consumer', value_format: '%REQ(X-MSE-CONSUMER)%' },
];

const counter = (name: string, value: object) => ({ stat: { name, tags: TAGS }, ...value });
const summed = (name: string) => counter(name, { value_format: field(name) });
const counted = (name: string) => counter(name, { value_fixed: 1 });

/** Both loggers in proto JSON: for every answer with known usage, and for those that were streams. */
export function aiMetricsAccessLogs(): readonly Readonly<Record<string, unknown>>[] {
  return [
    logger('total_token', [
      summed('input_token'),
      summed('output_token'),
      summed('total_token'),
      summed('llm_service_duration'),
      counted('llm_duration_count'),
    ]),
    logger('llm_first_token_duration', [summed('llm_first_token_duration'), counted('llm_stream_duration_count')]),
  ];
}

function logger(present: string, counters: readonly object[]): Readonly<Record<string, unknown>> {
  const counted = [hasField('higress.plugin_ms', 'ai-statistics'), hasField(AI_LOG_NAMESPACE, 'total_token')];
  if (present !== 'total_token') counted.push(hasField(AI_LOG_NAMESPACE, present));
  return {
    name: 'envoy.access_loggers.stats',
    filter: { and_filter: { filters: counted } },
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.stats.v3.Config',
      stats_scope: { prefix: 'route_upstream_model_consumer_metric' },
      counters,
    },
  };
}

function hasField(filter: string, key: string): object {
  return {
    metadata_filter: {
      matcher: { filter, path: [{ key }], value: { present_match: true } },
      match_if_key_not_found: false,
    },
  };
}
