/** A stream of a vendor's JSON events as OpenAI chunks: first the role, then the deltas, the finish reason once, the usage last, one `[DONE]`. */
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { openaiError, readVendorError } from '../errors.ts';
import { type JsonObject, parseObject } from '../json.ts';
import {
  type ChatMessage,
  type ChatUsage,
  DONE,
  deltaChunk,
  type Envelope,
  isDone,
  jsonEvent,
  usageChunk,
} from '../openai.ts';
import type { StreamStep } from '../stream.ts';

/** What one event says. Absent members say nothing. */
export interface StreamPart {
  readonly id?: string | undefined;
  readonly delta?: ChatMessage | undefined;
  readonly finish?: string | null | undefined;
  /** The last one counts: vendors send running totals. */
  readonly usage?: ChatUsage | undefined;
  /** Ends the stream. */
  readonly error?: string | undefined;
}

const BROKEN_OFF = 'the vendor ended the stream before its last event';

/** `read` gets every event that is a JSON object. */
export function chatStream(
  start: Envelope,
  read: (document: JsonObject, event: SseEvent) => StreamPart | undefined,
): StreamStep {
  let envelope = start;
  let started = false;
  let finished = false;
  let closed = false;
  let usage: ChatUsage | undefined;

  const close = (): readonly SseEvent[] => {
    if (closed) return [];
    closed = true;
    if (!finished) return [jsonEvent(openaiError(readVendorError(BROKEN_OFF, 500))), DONE];
    return [...(usage ? [usageChunk(envelope, usage)] : []), DONE];
  };
  const first = (): readonly SseEvent[] => {
    if (started) return [];
    started = true;
    return [deltaChunk(envelope, { role: 'assistant', content: '' }, null)];
  };

  return {
    next(event) {
      if (closed || event.data === undefined) return [];
      if (isDone(event)) return close();
      const document = parseObject(event.data);
      const part = document && read(document, event);
      if (!part) return [];
      if (part.error !== undefined) {
        closed = true;
        return [jsonEvent(openaiError(readVendorError(part.error, 500))), DONE];
      }
      if (part.id) envelope = { ...envelope, id: part.id };
      usage = part.usage ?? usage;
      const out: SseEvent[] = [];
      if (part.delta && !finished) out.push(...first(), deltaChunk(envelope, part.delta, null));
      if (part.finish && !finished) {
        out.push(...first(), deltaChunk(envelope, {}, part.finish));
        finished = true;
      }
      return out;
    },
    end: close,
  };
}
