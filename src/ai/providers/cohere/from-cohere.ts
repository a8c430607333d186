/** Cohere's chat answer (v1) to OpenAI chat completion. */
import { asNumber, asObject, asString, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { type ChatUsage, chatCompletion, type ToolCall } from '../../openai.ts';
import { TranslationError } from '../provider.ts';

export interface CohereOptions {
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** Cohere gives tool calls no id. */
  readonly newId: () => string;
}

/** Throws TranslationError. */
export function fromCohere(text: string, { model, created, newId }: CohereOptions): JsonObject {
  const answer = parseObject(text);
  if (!answer) throw new TranslationError('the answer of the vendor is not a JSON object');
  if (answer.text === undefined && answer.tool_calls === undefined) {
    throw new TranslationError(asString(answer.message) ?? 'the answer of the vendor has no text');
  }
  const calls = toolCalls(answer.tool_calls, newId);
  const content = asString(answer.text) ?? '';
  const message = {
    role: 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  const envelope = { id: idOf(answer), model, created };
  const reason = finishReason(answer.finish_reason, calls.length > 0);
  return chatCompletion(envelope, message, reason, usageOf(answer.meta) ?? null) as JsonObject;
}

export function idOf(answer: JsonObject): string {
  return asString(answer.generation_id) ?? asString(answer.response_id) ?? '';
}

export function toolCalls(calls: unknown, newId: () => string): readonly ToolCall[] {
  return objectsOf(calls).map((call, index) => ({
    index,
    id: asString(call.id) ?? `call_${newId()}`,
    type: 'function',
    function: { name: asString(call.name) ?? '', arguments: JSON.stringify(call.parameters ?? {}) },
  }));
}

export function finishReason(reason: unknown, calls: boolean): string | null {
  switch (reason) {
    case 'COMPLETE':
    case 'STOP_SEQUENCE':
      return calls ? 'tool_calls' : 'stop';
    case 'TOOL_CALL':
      return 'tool_calls';
    case 'MAX_TOKENS':
    case 'ERROR_LIMIT':
      return 'length';
    case 'ERROR_TOXIC':
      return 'content_filter';
    default:
      return calls ? 'tool_calls' : (asString(reason)?.toLowerCase() ?? null);
  }
}

/** What the model saw and wrote; what is billed where Cohere tells nothing else. */
export function usageOf(meta: unknown): ChatUsage | undefined {
  const counted = asObject(asObject(meta)?.tokens) ?? asObject(asObject(meta)?.billed_units);
  if (!counted) return undefined;
  const prompt_tokens = asNumber(counted.input_tokens) ?? 0;
  const completion_tokens = asNumber(counted.output_tokens) ?? 0;
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}
