/** A shape of questions and answers that the plugin knows its way about: OpenAI's chats and responses, Anthropic's messages. */
import type { JsonObject } from '#ai/json.ts';
import type { TextTrie } from '#lib/text-trie.ts';
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import type { DenyWords } from '../deny-words.ts';
import type { Place } from '../places.ts';

/** A denied word has come. */
export class DeniedWord {
  readonly word: string;
  /** Of the choice, in chats. */
  readonly index: number;

  constructor(word: string, index = 0) {
    this.word = word;
    this.index = index;
  }
}

/** One streamed answer. */
export interface AnswerStream {
  /** What leaves for the event, or for the end of the stream; undefined = the event as it came. */
  next(event: SseEvent | undefined): readonly SseEvent[] | DeniedWord | undefined;
  /** Brings the stream to an end that clients understand, with this message; nothing more leaves. */
  denial(message: string, denied: DeniedWord): readonly SseEvent[];
}

/** For answers that the plugin makes itself. */
export interface DenialFacts {
  /** As in the request. */
  readonly model: string;
  readonly requestId: string;
  readonly nowMs: number;
}

export interface BodyFormat {
  requestPlaces(document: JsonObject): readonly Place[];
  answerPlaces(document: JsonObject): readonly Place[];
  stream(deny: DenyWords, masks: TextTrie<string>): AnswerStream;
  /** A whole answer that says only this. */
  denial(message: string, facts: DenialFacts): JsonObject;
  /** The same as a stream. */
  streamedDenial(message: string, facts: DenialFacts): readonly SseEvent[];
}

/** An event whose name is the `type` of what it says. */
export function typedEvent(value: JsonObject & { readonly type: string }): SseEvent {
  return { event: value.type, data: JSON.stringify(value) };
}
