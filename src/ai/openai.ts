/** OpenAI chat objects as the gateway writes them. Members that say nothing yet are `null`, never left out: clients of other vendors' SDKs rely on it. */
import type { SseEvent } from '#plugin-sdk/hooks.ts';

export interface ToolCall {
  readonly index?: number;
  readonly id?: string;
  readonly type?: 'function';
  readonly function: { readonly name?: string; readonly arguments: string };
}

export interface ChatMessage {
  readonly role?: string;
  readonly content?: string | null;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly ToolCall[];
}

export interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens: number };
  readonly completion_tokens_details?: { readonly reasoning_tokens: number };
}

export interface Envelope {
  readonly id: string;
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly serviceTier?: string | undefined;
}

export function chatCompletion(
  envelope: Envelope,
  message: ChatMessage,
  finishReason: string | null,
  usage: ChatUsage | null,
): object {
  return {
    id: envelope.id,
    choices: [{ index: 0, message, finish_reason: finishReason, logprobs: null }],
    created: envelope.created,
    model: envelope.model,
    ...(envelope.serviceTier === undefined ? {} : { service_tier: envelope.serviceTier }),
    object: 'chat.completion',
    usage,
  };
}

export function deltaChunk(envelope: Envelope, delta: ChatMessage, finishReason: string | null): SseEvent {
  return chunk(envelope, [{ index: 0, delta, finish_reason: finishReason, logprobs: null }], null);
}

/** The last chunk before `[DONE]`: no choices, only the usage. */
export function usageChunk(envelope: Envelope, usage: ChatUsage): SseEvent {
  return chunk(envelope, [], usage);
}

function chunk(envelope: Envelope, choices: readonly object[], usage: ChatUsage | null): SseEvent {
  return jsonEvent({
    id: envelope.id,
    choices,
    created: envelope.created,
    model: envelope.model,
    ...(envelope.serviceTier === undefined ? {} : { service_tier: envelope.serviceTier }),
    object: 'chat.completion.chunk',
    usage,
  });
}

export const DONE: SseEvent = { data: '[DONE]' };

export function isDone(event: SseEvent): boolean {
  return event.data?.trim() === '[DONE]';
}

export function jsonEvent(value: unknown, event?: string): SseEvent {
  return event === undefined ? { data: JSON.stringify(value) } : { event, data: JSON.stringify(value) };
}
