/** Qwen's native chat answer to OpenAI's. */
import { asNumber, asObject, asString, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { type ChatMessage, type ChatUsage, choicesCompletion, type Envelope, type ToolCall } from '../../openai.ts';
import { textOf } from '../chat-text.ts';
import { TranslationError } from '../provider.ts';
import type { ReasoningMode } from './keys.ts';

/** Throws TranslationError. */
export function fromQwen(text: string, envelope: Envelope, mode: ReasoningMode): JsonObject {
  const answer = parseObject(text);
  const output = asObject(answer?.output);
  if (!answer || !output) {
    throw new TranslationError(asString(answer?.message) ?? 'the answer of the vendor has no "output"');
  }
  const choices = objectsOf(output.choices).map((choice, index) => ({
    index,
    message: messageOf(asObject(choice.message) ?? {}, mode),
    finish_reason: finishOf(choice.finish_reason) ?? null,
    logprobs: null,
  }));
  const id = asString(answer.request_id) ?? '';
  return choicesCompletion({ ...envelope, id }, choices, usageOf(answer.usage) ?? null) as JsonObject;
}

function messageOf(message: JsonObject, mode: ReasoningMode): ChatMessage {
  const content = textOf(message.content);
  const reasoning = asString(message.reasoning_content) ?? '';
  const calls = toolCalls(message.tool_calls);
  return {
    role: asString(message.role) ?? 'assistant',
    content: mode === 'concat' && reasoning !== '' ? `<think>${reasoning}</think>\n${content}` : content,
    ...(mode === 'passthrough' && reasoning !== '' ? { reasoning_content: reasoning } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

export function toolCalls(value: unknown): readonly ToolCall[] {
  return objectsOf(value).map((call, at) => {
    const called = asObject(call.function);
    return {
      index: asNumber(call.index) ?? at,
      id: asString(call.id) ?? '',
      type: 'function',
      function: { name: asString(called?.name) ?? '', arguments: asString(called?.arguments) ?? '' },
    };
  });
}

/** The text "null" stands for none. */
export function finishOf(value: unknown): string | undefined {
  return value === 'null' || value === '' ? undefined : asString(value);
}

export function usageOf(value: unknown): ChatUsage | undefined {
  const counted = asObject(value);
  if (!counted) return undefined;
  const prompt_tokens = asNumber(counted.input_tokens) ?? 0;
  const completion_tokens = asNumber(counted.output_tokens) ?? 0;
  const total_tokens = asNumber(counted.total_tokens) ?? prompt_tokens + completion_tokens;
  return { prompt_tokens, completion_tokens, total_tokens };
}
