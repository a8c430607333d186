/** Cohere's chat events (v1) to OpenAI chunks. Tool calls leave whole: their pieces are not JSON text in every model. */
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { openaiError, readVendorError } from '../../errors.ts';
import { asObject, asString, type JsonObject, parseObject } from '../../json.ts';
import { DONE, deltaChunk, type Envelope, jsonEvent, usageChunk } from '../../openai.ts';
import type { StreamStep } from '../../stream.ts';
import { type CohereOptions, finishReason, idOf, toolCalls, usageOf } from './from-cohere.ts';

const BROKEN_OFF = 'the vendor ended the stream before its last event';
/** Stream ends of an answer that failed. */
const FAILED = new Set(['ERROR', 'USER_CANCEL']);

export function cohereStream({ model, created, newId }: CohereOptions): StreamStep {
  let envelope: Envelope = { id: '', model, created };
  let started = false;
  let called = false;
  let closed = false;

  const close = (events: readonly SseEvent[]): readonly SseEvent[] => {
    if (closed) return [];
    closed = true;
    return [...events, DONE];
  };
  const fail = (message: string) => close([jsonEvent(openaiError(readVendorError(message, 500)))]);
  const start = (message: JsonObject): readonly SseEvent[] => {
    if (started) return [];
    started = true;
    envelope = { ...envelope, id: idOf(message) };
    return [deltaChunk(envelope, { role: 'assistant', content: '' }, null)];
  };
  const say = (text: unknown): readonly SseEvent[] => {
    const content = asString(text);
    return content ? [...start({}), deltaChunk(envelope, { content }, null)] : [];
  };
  const call = (calls: unknown): readonly SseEvent[] => {
    const tool_calls = toolCalls(calls, newId);
    if (called || tool_calls.length === 0) return [];
    called = true;
    return [...start({}), deltaChunk(envelope, { tool_calls }, null)];
  };
  const finish = (message: JsonObject): readonly SseEvent[] => {
    const response = asObject(message.response) ?? {};
    const reason = asString(message.finish_reason) ?? asString(response.finish_reason);
    const usage = usageOf(response.meta);
    const counted = usage ? [usageChunk(envelope, usage)] : [];
    if (reason !== undefined && FAILED.has(reason)) {
      const error = readVendorError(asString(message.error) ?? `the vendor ended the stream with ${reason}`, 500);
      return close([...counted, jsonEvent(openaiError(error))]);
    }
    const calls = call(response.tool_calls);
    return close([
      ...start(response),
      ...calls,
      deltaChunk(envelope, {}, finishReason(reason ?? 'COMPLETE', called)),
      ...counted,
    ]);
  };

  return {
    next(event) {
      if (closed || event.data === undefined) return [];
      const message = parseObject(event.data);
      if (!message) return [];
      switch (message.event_type ?? event.event) {
        case 'stream-start':
          return start(message);
        case 'text-generation':
          return say(message.text);
        case 'tool-calls-chunk':
          return say(message.text);
        case 'tool-calls-generation':
          return call(message.tool_calls);
        case 'stream-end':
          return finish(message);
        default:
          return message.event_type === undefined && typeof message.message === 'string' ? fail(event.data) : [];
      }
    },
    end: () => fail(BROKEN_OFF),
  };
}
