/**
 * OpenTelemetry's GenAI metrics. The counters that existing dashboards know (`route_upstream_model_consumer_metric_*`) are counted by Envoy's access
 * logger from the log attributes, for native and hook routes alike (`plugin-sdk/ai-metrics-log.ts`).
 */
import type { Metrics } from '#plugin-sdk/host.ts';

export interface Measured {
  readonly route: string;
  readonly cluster: string;
  readonly model: string;
  readonly consumer: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  /** Milliseconds; only streams have a first token of their own. */
  readonly firstTokenMs: number | undefined;
  readonly serviceMs: number;
}

export function report(metrics: Metrics, call: Measured): void {
  const model = { gen_ai_operation_name: 'chat', gen_ai_response_model: call.model };
  const tokens = (type: string, value: number) =>
    metrics.observe('gen_ai_client_token_usage', { ...model, gen_ai_token_type: type }, value);
  tokens('input', call.inputTokens);
  tokens('output', call.outputTokens);
  metrics.observe('gen_ai_server_request_duration', model, call.serviceMs / 1000);
  if (call.firstTokenMs === undefined) return;
  metrics.observe('gen_ai_server_time_to_first_token', model, call.firstTokenMs / 1000);
  if (call.outputTokens > 1) {
    const perToken = (call.serviceMs - call.firstTokenMs) / 1000 / (call.outputTokens - 1);
    metrics.observe('gen_ai_server_time_per_output_token', model, perToken);
  }
}
