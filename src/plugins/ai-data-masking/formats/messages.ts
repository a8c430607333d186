/** Anthropic's messages. */
import { asArray, asNumber, asObject, asString, type JsonObject } from '#ai/json.ts';
import { type Place, textAt } from '../places.ts';
import { type BodyFormat, type DenialFacts, typedEvent } from './format.ts';
import { type EventReader, TypedStream } from './typed-stream.ts';

export const messagesFormat: BodyFormat = {
  requestPlaces: ({ system, messages }) => [
    ...contentPlaces(system, ['system']),
    ...(asArray(messages) ?? []).flatMap((message, index) =>
      contentPlaces(asObject(message)?.content, ['messages', String(index), 'content']),
    ),
  ],
  answerPlaces: ({ content }) => contentPlaces(content, ['content']),
  stream: (deny, masks) => new TypedStream(deny, masks, new MessageEvents()),
  denial: (message, facts) => ({ ...messageOf(facts), content: [textBlock(message)], stop_reason: 'end_turn' }),
  streamedDenial: (message, facts) => [
    typedEvent({ type: 'message_start', message: { ...messageOf(facts), content: [], stop_reason: null } }),
    ...lastBlock(message, 0).map(typedEvent),
  ],
};

/** A text, or blocks: texts, thoughts, results of tools and documents, which hold texts or blocks again. */
function contentPlaces(content: unknown, path: readonly string[]): readonly Place[] {
  if (typeof content === 'string') return [{ path, text: content }];
  return (asArray(content) ?? []).flatMap((one, index) => {
    const block = asObject(one) ?? {};
    const at = [...path, String(index)];
    switch (block.type) {
      case 'text':
        return textAt(block, 'text', at);
      case 'thinking':
        return textAt(block, 'thinking', at);
      case 'tool_result':
      case 'search_result':
        return contentPlaces(block.content, [...at, 'content']);
      case 'document':
        return sourcePlaces(asObject(block.source) ?? {}, [...at, 'source']);
      default:
        return [];
    }
  });
}

function sourcePlaces(source: JsonObject, path: readonly string[]): readonly Place[] {
  if (source.type === 'text') return textAt(source, 'data', path);
  return source.type === 'content' ? contentPlaces(source.content, [...path, 'content']) : [];
}

function textBlock(text: string): JsonObject {
  return { type: 'text', text };
}

function messageOf({ model, requestId }: DenialFacts): JsonObject {
  const usage = { input_tokens: 0, output_tokens: 0 };
  return { id: `msg_${requestId}`, type: 'message', role: 'assistant', model, stop_sequence: null, usage };
}

/** A block that says this, and the end of the message. */
function lastBlock(message: string, index: number): readonly (JsonObject & { readonly type: string })[] {
  return [
    { type: 'content_block_start', index, content_block: textBlock('') },
    { type: 'content_block_delta', index, delta: { type: 'text_delta', text: message } },
    { type: 'content_block_stop', index },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 0 },
    },
    { type: 'message_stop' },
  ];
}

/** Members of a delta that are text. */
const DELTAS: Readonly<Record<string, string>> = { text_delta: 'text', thinking_delta: 'thinking' };

class MessageEvents implements EventReader {
  #open: number | undefined;
  #next = 0;

  see({ type, index }: JsonObject): void {
    const at = asNumber(index);
    if (at === undefined) return;
    this.#next = Math.max(this.#next, at + 1);
    this.#open = type === 'content_block_stop' ? undefined : at;
  }

  piece({ type, index, delta: written }: JsonObject) {
    const delta = asObject(written);
    const member = DELTAS[asString(delta?.type) ?? ''];
    const text = member === undefined ? undefined : asString(delta?.[member]);
    if (type !== 'content_block_delta' || member === undefined || text === undefined) return undefined;
    return { text: nameOf(index, member), place: { path: ['delta', member], text } };
  }

  ends(event: JsonObject, text: string): boolean {
    switch (event.type) {
      case 'content_block_start':
      case 'content_block_stop':
        return text.startsWith(nameOf(event.index, ''));
      case 'content_block_delta': {
        // Such as the signature behind a thought.
        const piece = this.piece(event);
        const other = piece !== undefined || asObject(event.delta)?.type === 'signature_delta';
        return other && text.startsWith(nameOf(event.index, '')) && piece?.text !== text;
      }
      default:
        return event.type === 'message_delta' || event.type === 'message_stop' || event.type === 'error';
    }
  }

  places({ type, content_block }: JsonObject): readonly Place[] {
    const block = asObject(content_block);
    if (type !== 'content_block_start' || block === undefined) return [];
    return ['text', 'thinking'].flatMap((member) => textAt(block, member, ['content_block']));
  }

  denial(message: string): readonly JsonObject[] {
    const stop = this.#open === undefined ? [] : [{ type: 'content_block_stop', index: this.#open }];
    return [...stop, ...lastBlock(message, this.#next)];
  }
}

function nameOf(index: unknown, member: string): string {
  return `${String(index)} ${member}`;
}
