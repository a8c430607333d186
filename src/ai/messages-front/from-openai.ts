/** OpenAI chat completion to Anthropic Messages answer. */
import { asNumber, asObject, asString, type JsonObject, objectsOf, parseObject } from '../json.ts';

export function fromOpenai(completion: JsonObject): JsonObject {
  const choice = objectsOf(completion.choices)[0];
  return {
    id: asString(completion.id) ?? '',
    type: 'message',
    role: 'assistant',
    content: contentOf(asObject(choice?.message) ?? {}),
    model: asString(completion.model) ?? '',
    stop_reason: stopReason(choice?.finish_reason),
    stop_sequence: null,
    usage: anthropicUsage(asObject(completion.usage)),
  };
}

function contentOf(message: JsonObject): readonly JsonObject[] {
  const content: JsonObject[] = [];
  const thinking = reasoningOf(message);
  if (thinking) content.push({ type: 'thinking', thinking, signature: '' });
  const text = asString(message.content);
  if (text) content.push({ type: 'text', text });
  for (const call of objectsOf(message.tool_calls)) {
    const called = asObject(call.function);
    content.push({
      type: 'tool_use',
      id: asString(call.id) ?? '',
      name: asString(called?.name) ?? '',
      input: parseObject(asString(called?.arguments) ?? '') ?? {},
    });
  }
  return content;
}

/** Vendors name it either way. */
export function reasoningOf(message: JsonObject): string {
  return asString(message.reasoning_content) || asString(message.reasoning) || '';
}

export function stopReason(finishReason: unknown): string | null {
  switch (finishReason) {
    case 'length':
      return 'max_tokens';
    case 'tool_calls':
    case 'function_call':
      return 'tool_use';
    case 'content_filter':
      return 'refusal';
    case null:
    case undefined:
      return null;
    default:
      return 'end_turn';
  }
}

/** OpenAI counts cached tokens inside the prompt, Anthropic beside it. */
export function anthropicUsage(usage: JsonObject | undefined): JsonObject {
  const cached = asNumber(asObject(usage?.prompt_tokens_details)?.cached_tokens) ?? 0;
  return {
    input_tokens: Math.max(0, (asNumber(usage?.prompt_tokens) ?? 0) - cached),
    output_tokens: asNumber(usage?.completion_tokens) ?? 0,
    cache_read_input_tokens: cached,
  };
}
