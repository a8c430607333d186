/**
 * Anthropic's usage to OpenAI's. Anthropic counts cached prompt tokens beside `input_tokens`; OpenAI counts them inside `prompt_tokens`.
 * In a stream the figures are cumulative: the last one of each member counts.
 */
import { asNumber, asObject, type JsonObject } from '../../json.ts';
import type { ChatUsage } from '../../openai.ts';

const COUNTED = ['input_tokens', 'output_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'] as const;

export type ClaudeUsage = Partial<Record<(typeof COUNTED)[number], number>>;

/** Later figures replace earlier ones; members that a later event leaves out stay. */
export function mergeUsage(before: ClaudeUsage, usage: unknown): ClaudeUsage {
  const source: JsonObject = asObject(usage) ?? {};
  const merged: ClaudeUsage = { ...before };
  for (const name of COUNTED) {
    const count = asNumber(source[name]);
    if (count !== undefined) merged[name] = count;
  }
  return merged;
}

export function toChatUsage(usage: ClaudeUsage): ChatUsage {
  const cached = usage.cache_read_input_tokens ?? 0;
  const prompt = (usage.input_tokens ?? 0) + cached + (usage.cache_creation_input_tokens ?? 0);
  const completion = usage.output_tokens ?? 0;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(cached > 0 ? { prompt_tokens_details: { cached_tokens: cached } } : {}),
  };
}
