/** OpenAI chat to Triton's generate extension and back. Triton counts no tokens. */
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { openaiError, readVendorError } from '../../errors.ts';
import { asString, compact, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { chatCompletion, DONE, deltaChunk, type Envelope, jsonEvent } from '../../openai.ts';
import type { StreamStep } from '../../stream.ts';
import { TranslationError } from '../provider.ts';

/** Sampling parameters that Triton's backends for language models share with OpenAI. */
const PARAMETERS = ['temperature', 'max_tokens', 'top_p', 'top_k', 'seed', 'frequency_penalty', 'presence_penalty'];

/** Throws TranslationError. */
export function toTriton(body: JsonObject, id: string): JsonObject {
  const last = objectsOf(body.messages).at(-1);
  if (!last) throw new TranslationError('missing messages in request');
  const asked = PARAMETERS.map((name) => [name, body[name] ?? undefined]);
  return {
    id,
    text_input: textOf(last.content),
    parameters: compact({
      stream: body.stream === true,
      ...Object.fromEntries(asked),
      ...(body.max_completion_tokens == null ? {} : { max_tokens: body.max_completion_tokens }),
    }),
  };
}

/** Throws TranslationError. */
export function fromTriton(text: string, envelope: Envelope): JsonObject {
  const answer = parseObject(text);
  if (!answer) throw new TranslationError('the answer of the vendor is not a JSON object');
  if (answer.error !== undefined) throw new TranslationError(readVendorError(text, 500).message);
  const message = { role: 'assistant', content: outputOf(answer) };
  return chatCompletion(named(envelope, answer), message, 'stop', null) as JsonObject;
}

/** Triton ends its streams without a last event. */
export function tritonStream(envelope: Envelope): StreamStep {
  let started = false;
  let closed = false;
  const close = (events: readonly SseEvent[]): readonly SseEvent[] => {
    if (closed) return [];
    closed = true;
    return [...events, DONE];
  };
  return {
    next(event) {
      const answer = closed || event.data === undefined ? undefined : parseObject(event.data);
      if (!answer) return [];
      if (answer.error !== undefined) return close([jsonEvent(openaiError(readVendorError(event.data ?? '', 500)))]);
      const said = named(envelope, answer);
      const first = started ? [] : [deltaChunk(said, { role: 'assistant', content: '' }, null)];
      started = true;
      const content = outputOf(answer);
      return content === '' ? first : [...first, deltaChunk(said, { content }, null)];
    },
    end: () => {
      if (started) return close([deltaChunk(envelope, {}, 'stop')]);
      return close([jsonEvent(openaiError(readVendorError('the vendor ended the stream without an event', 500)))]);
    },
  };
}

function named(envelope: Envelope, answer: JsonObject): Envelope {
  return { ...envelope, model: asString(answer.model_name) ?? envelope.model };
}

/** One text, or one for each of a batch. */
function outputOf({ text_output }: JsonObject): string {
  return typeof text_output === 'string' ? text_output : Array.isArray(text_output) ? text_output.join('') : '';
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((part) => asString(part.text) ?? '')
    .join('');
}
