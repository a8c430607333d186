/** Gemini's usageMetadata to OpenAI's usage. In streams the figures are cumulative. */
import { asNumber, asObject } from '../../json.ts';
import type { ChatUsage } from '../../openai.ts';

export function toChatUsage(metadata: unknown): ChatUsage | null {
  const source = asObject(metadata);
  if (!source) return null;
  const prompt = asNumber(source.promptTokenCount) ?? 0;
  const completion = asNumber(source.candidatesTokenCount) ?? 0;
  const thoughts = asNumber(source.thoughtsTokenCount) ?? 0;
  const cached = asNumber(source.cachedContentTokenCount) ?? 0;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: asNumber(source.totalTokenCount) ?? prompt + completion + thoughts,
    ...(cached > 0 ? { prompt_tokens_details: { cached_tokens: cached } } : {}),
    ...(thoughts > 0 ? { completion_tokens_details: { reasoning_tokens: thoughts } } : {}),
  };
}
