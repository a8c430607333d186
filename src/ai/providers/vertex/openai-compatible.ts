/** Vertex AI's OpenAI-compatible interface. It writes other than ASCII letters as `\uXXXX`, which not every client undoes. */
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { openaiError } from '../../errors.ts';
import { asObject, type JsonObject, parseObject } from '../../json.ts';
import { DONE, isDone, jsonEvent } from '../../openai.ts';
import type { StreamStep } from '../../stream.ts';
import { errorOf } from '../gemini/errors.ts';
import { readAnswer } from '../gemini/from-gemini.ts';
import type { Translation } from '../provider.ts';

export function openaiOnVertex(path: string): Translation {
  return {
    request: (body) => ({ body: withUsage(body), path }),
    response: (text) => ({ body: readAnswer(text) }),
    stream: reencoded,
  };
}

/** A gateway that counts tokens needs the usage that vendors leave out of streams unless asked. */
function withUsage(body: JsonObject): JsonObject {
  const options = asObject(body.stream_options);
  if (body.stream !== true || options?.include_usage !== undefined) return body;
  return { ...body, stream_options: { ...options, include_usage: true } };
}

function reencoded(): StreamStep {
  let closed = false;
  const close = (events: readonly SseEvent[]): readonly SseEvent[] => {
    if (closed) return [];
    closed = true;
    return [...events, DONE];
  };
  return {
    next(event) {
      if (closed || event.data === undefined) return [];
      if (isDone(event)) return close([]);
      const chunk = parseObject(event.data);
      if (!chunk) return [event];
      const error = errorOf(chunk);
      if (error) return close([jsonEvent(openaiError(error))]);
      return [event.data.includes('\\u') ? { ...event, data: JSON.stringify(chunk) } : event];
    },
    end: () => close([]),
  };
}
