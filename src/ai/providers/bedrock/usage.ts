/** Converse's usage to OpenAI's. */
import { asNumber, asObject } from '../../json.ts';
import type { ChatUsage } from '../../openai.ts';

/** Tokens read from a cache and tokens written to it count as cached. */
export function toChatUsage(value: unknown): ChatUsage {
  const usage = asObject(value) ?? {};
  const prompt = asNumber(usage.inputTokens) ?? 0;
  const completion = asNumber(usage.outputTokens) ?? 0;
  const cached = (asNumber(usage.cacheReadInputTokens) ?? 0) + (asNumber(usage.cacheWriteInputTokens) ?? 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: asNumber(usage.totalTokens) ?? prompt + completion,
    ...(cached > 0 ? { prompt_tokens_details: { cached_tokens: cached } } : {}),
  };
}
