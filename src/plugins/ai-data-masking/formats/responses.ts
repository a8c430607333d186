/** OpenAI's responses. */
import { asArray, asNumber, asObject, asString, type JsonObject } from '#ai/json.ts';
import { type Place, textAt } from '../places.ts';
import { type BodyFormat, type DenialFacts, typedEvent } from './format.ts';
import { type EventReader, TypedStream } from './typed-stream.ts';

export const responsesFormat: BodyFormat = {
  requestPlaces: (document) => [
    ...textAt(document, 'instructions', []),
    ...textAt(document, 'input', []),
    ...itemsPlaces(document.input, ['input']),
  ],
  answerPlaces: (document) => [...textAt(document, 'instructions', []), ...itemsPlaces(document.output, ['output'])],
  stream: (deny, masks) => new TypedStream(deny, masks, new ResponseEvents()),
  denial: (message, facts) => ({
    ...responseOf(facts),
    status: 'completed',
    output: [messageItem(message, facts.requestId)],
  }),
  streamedDenial: (message, facts) => {
    const response = { ...responseOf(facts), status: 'in_progress', output: [] };
    const events = [
      { type: 'response.created', response },
      { type: 'response.in_progress', response },
      ...lastItem(message, 0, response),
    ];
    return events.map((event, sequence_number) => typedEvent({ ...event, sequence_number }));
  },
};

function itemsPlaces(items: unknown, path: readonly string[]): readonly Place[] {
  return (asArray(items) ?? []).flatMap((item, index) => itemPlaces(asObject(item) ?? {}, [...path, String(index)]));
}

/** A message, a thought, or what a tool answered: each a text or parts. */
function itemPlaces(item: JsonObject, path: readonly string[]): readonly Place[] {
  return ['content', 'summary', 'output'].flatMap((member) => [
    ...textAt(item, member, path),
    ...(asArray(item[member]) ?? []).flatMap((part, index) =>
      partPlaces(asObject(part) ?? {}, [...path, member, String(index)]),
    ),
  ]);
}

function partPlaces(part: JsonObject, path: readonly string[]): readonly Place[] {
  return ['text', 'refusal'].flatMap((member) => textAt(part, member, path));
}

function textPart(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [] };
}

function messageItem(message: string, id: string, content: readonly JsonObject[] = [textPart(message)]): JsonObject {
  return { id: `msg_${id}`, type: 'message', role: 'assistant', status: 'completed', content };
}

function responseOf({ model, requestId, nowMs }: DenialFacts): JsonObject {
  return {
    id: `resp_${requestId}`,
    object: 'response',
    created_at: Math.floor(nowMs / 1000),
    model,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    usage: null,
  };
}

/** An item that says this, and the end of the response. */
function lastItem(
  message: string,
  output_index: number,
  response: JsonObject,
): readonly (JsonObject & { readonly type: string })[] {
  const id = String(response.id);
  const item_id = `msg_${id}`;
  const at = { item_id, output_index, content_index: 0 };
  const item = messageItem(message, id);
  return [
    { type: 'response.output_item.added', output_index, item: { ...item, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...at, part: textPart('') },
    { type: 'response.output_text.delta', ...at, delta: message, logprobs: [] },
    { type: 'response.output_text.done', ...at, text: message, logprobs: [] },
    { type: 'response.content_part.done', ...at, part: textPart(message) },
    { type: 'response.output_item.done', output_index, item },
    { type: 'response.completed', response: { ...response, status: 'completed', output: [item] } },
  ];
}

const DELTA = /^response\.(output_text|refusal|reasoning_text|reasoning_summary_text)\.delta$/;
const LAST = ['response.completed', 'response.incomplete', 'response.failed', 'error'];

class ResponseEvents implements EventReader {
  #response: JsonObject = {};
  #next = 0;

  see({ output_index, response }: JsonObject): void {
    this.#response = asObject(response) ?? this.#response;
    this.#next = Math.max(this.#next, (asNumber(output_index) ?? -1) + 1);
  }

  piece(event: JsonObject) {
    const { type, output_index, content_index, summary_index, delta } = event;
    const kind = DELTA.exec(asString(type) ?? '')?.[1];
    if (kind === undefined || typeof delta !== 'string') return undefined;
    const text = `${String(output_index)} ${kind} ${String(content_index ?? summary_index)}`;
    return { text, place: { path: ['delta'], text: delta } };
  }

  ends({ type, output_index }: JsonObject, text: string): boolean {
    const name = asString(type) ?? '';
    return LAST.includes(name) || (name.endsWith('.done') && text.startsWith(`${String(output_index)} `));
  }

  places(event: JsonObject): readonly Place[] {
    return [
      ...partPlaces(event, []),
      ...partPlaces(asObject(event.part) ?? {}, ['part']),
      ...itemPlaces(asObject(event.item) ?? {}, ['item']),
      ...responsesFormat
        .answerPlaces(asObject(event.response) ?? {})
        .map(({ path, text }) => ({ path: ['response', ...path], text })),
    ];
  }

  denial(message: string): readonly JsonObject[] {
    return lastItem(message, this.#next, this.#response);
  }
}
