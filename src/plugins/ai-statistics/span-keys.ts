/** Attributes that the plugin may give a span. */
import type { AiStatisticsConfig } from './config.ts';

const ALWAYS = ['gen_ai.span.kind', 'gen_ai.request.model'] as const;
const OF_USAGE = [
  'gen_ai.model_name',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.total_tokens',
] as const;

export type BuiltInSpanKey = (typeof ALWAYS)[number] | (typeof OF_USAGE)[number];

export function spanKeys({ attributes, disableUsage }: AiStatisticsConfig): readonly string[] {
  const own = attributes.filter(({ toSpan }) => toSpan).map(({ spanKey }) => spanKey);
  return [...ALWAYS, ...(disableUsage ? [] : OF_USAGE), ...own];
}
