/** OpenAI chat objects as the gateway writes them. Members that say nothing yet are `null`, never left out: clients of other vendors' SDKs rely on it. */
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { asString } from './json.ts';

export interface ToolCall {
  readonly index?: number;
  readonly id?: string;
  readonly type?: 'function';
  readonly function: { readonly name?: string; readonly arguments: string };
  /** What a vendor wants back with the call, under the vendor's name. */
  readonly extra_content?: Readonly<Record<string, unknown>>;
}

export interface ChatMessage {
  readonly role?: string;
  readonly content?: string | null;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly ToolCall[];
  readonly refusal?: string;
  /** Pictures that the model made, as data URLs. */
  readonly images?: readonly { readonly type: 'image_url'; readonly image_url: { readonly url: string } }[];
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

interface Choice {
  readonly index: number;
  readonly finish_reason: string | null;
  readonly logprobs: object | null;
}

export interface MessageChoice extends Choice {
  readonly message: ChatMessage;
}

export interface DeltaChoice extends Choice {
  readonly delta: ChatMessage;
}

/** A whole tool call of an answer; `input` as the vendor's JSON value. */
export function toolCallOf(index: number, id: unknown, name: unknown, input: unknown): ToolCall {
  return {
    index,
    id: asString(id) ?? '',
    type: 'function',
    function: { name: asString(name) ?? '', arguments: JSON.stringify(input ?? {}) },
  };
}

export function chatCompletion(
  envelope: Envelope,
  message: ChatMessage,
  finishReason: string | null,
  usage: ChatUsage | null,
): object {
  return choicesCompletion(envelope, [{ index: 0, message, finish_reason: finishReason, logprobs: null }], usage);
}

/** For vendors that answer with several choices. */
export function choicesCompletion(
  envelope: Envelope,
  choices: readonly MessageChoice[],
  usage: ChatUsage | null,
): object {
  return {
    id: envelope.id,
    choices,
    created: envelope.created,
    model: envelope.model,
    ...(envelope.serviceTier === undefined ? {} : { service_tier: envelope.serviceTier }),
    object: 'chat.completion',
    usage,
  };
}

export function deltaChunk(envelope: Envelope, delta: ChatMessage, finishReason: string | null): SseEvent {
  return choicesChunk(envelope, [{ index: 0, delta, finish_reason: finishReason, logprobs: null }]);
}

/** For vendors that stream several choices. */
export function choicesChunk(envelope: Envelope, choices: readonly DeltaChoice[]): SseEvent {
  return chunk(envelope, choices, null);
}

/** What stands before and behind the JSON text of the content in the chunks of one answer, for tokens that are copied, not parsed and written anew. */
export interface ContentFrame {
  readonly before: string;
  readonly after: string;
}

export function contentFrame(envelope: Envelope): ContentFrame {
  return deltaFrame(envelope, { content: '' }, 'content');
}

/** As `contentFrame`, of another member that is the empty text in `delta`. */
export function deltaFrame(envelope: Envelope, delta: ChatMessage, member: string): ContentFrame {
  const mark = `"${member}":`;
  const chunk = deltaChunk(envelope, delta, null).data ?? '';
  const at = chunk.lastIndexOf(`${mark}""`) + mark.length;
  return { before: chunk.slice(0, at), after: chunk.slice(at + 2) };
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
