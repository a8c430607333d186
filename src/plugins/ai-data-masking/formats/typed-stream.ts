/** A stream of events that each say of what type they are, in which texts come in pieces: denied words are found and masks restored over all pieces of a text. */
import { asArray, asObject, type JsonObject, parseObject } from '#ai/json.ts';
import type { TextTrie } from '#lib/text-trie.ts';
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { AnswerText } from '../answer-text.ts';
import type { DenyWords } from '../deny-words.ts';
import type { Place } from '../places.ts';
import { type AnswerStream, DeniedWord } from './format.ts';

/** What a format knows of its events. One per stream: it may remember what it has seen. */
export interface EventReader {
  /** Sees every event first, with the texts that came. */
  see(event: JsonObject): void;
  /** The event brings a piece of a text: where it stands, and a name that all pieces of this text have. */
  piece(event: JsonObject): { readonly text: string; readonly place: Place } | undefined;
  /** Whether no piece of that text comes behind this event. */
  ends(event: JsonObject, text: string): boolean;
  /** Whole texts in the event. */
  places(event: JsonObject): readonly Place[];
  /** Events that bring the stream to an end. */
  denial(message: string): readonly JsonObject[];
}

interface Running {
  readonly answer: AnswerText;
  /** The last event that brought a piece: what is left of the text leaves in one like it. */
  last: { readonly event: SseEvent; readonly value: JsonObject; readonly place: Place };
}

export class TypedStream implements AnswerStream {
  readonly #deny: DenyWords;
  readonly #masks: TextTrie<string>;
  readonly #reader: EventReader;
  readonly #texts = new Map<string, Running>();
  /** The number of the last event that left, where events are numbered. */
  #number: number | undefined;
  /** Numbers differ from those that came. */
  #shifted = false;

  constructor(deny: DenyWords, masks: TextTrie<string>, reader: EventReader) {
    this.#deny = deny;
    this.#masks = masks;
    this.#reader = reader;
  }

  next(event: SseEvent | undefined): readonly SseEvent[] | DeniedWord | undefined {
    if (event === undefined) return this.#rest(() => true);
    const value = event.data === undefined ? undefined : parseObject(event.data);
    if (value === undefined) return undefined;
    this.#reader.see(value);
    const before = this.#rest((text) => this.#reader.ends(value, text));
    if (before instanceof DeniedWord) return before;
    const piece = this.#reader.piece(value);
    const now = piece === undefined ? this.#whole(event, value) : this.#piece(event, value, piece.text, piece.place);
    if (now instanceof DeniedWord) return now;
    return before.length === 0 && now.length === 1 && now[0] === event ? undefined : [...before, ...now];
  }

  denial(message: string): readonly SseEvent[] {
    return this.#reader.denial(message).map((value) => {
      if (this.#number === undefined) return written({ event: String(value.type) }, value);
      this.#number += 1;
      return written({ event: String(value.type) }, { ...value, sequence_number: this.#number });
    });
  }

  #piece(event: SseEvent, value: JsonObject, text: string, place: Place): readonly SseEvent[] | DeniedWord {
    const last = { event, value, place };
    const running = this.#texts.get(text) ?? { answer: new AnswerText(this.#deny, this.#masks), last };
    running.last = last;
    this.#texts.set(text, running);
    const out = running.answer.push(place.text, false);
    if (out.denied !== undefined) return new DeniedWord(out.denied);
    if (out.text === '' && place.text !== '') {
      // Nothing of it leaves yet.
      this.#shifted ||= typeof value.sequence_number === 'number';
      return [];
    }
    return [this.#numbered(event, value, [{ place, text: out.text }])];
  }

  #whole(event: SseEvent, value: JsonObject): readonly SseEvent[] | DeniedWord {
    const edits: Edit[] = [];
    for (const place of this.#reader.places(value)) {
      const out = new AnswerText(this.#deny, this.#masks).push(place.text, true);
      if (out.denied !== undefined) return new DeniedWord(out.denied);
      edits.push({ place, text: out.text });
    }
    return [this.#numbered(event, value, edits)];
  }

  /** What is held back of texts that are over. */
  #rest(over: (text: string) => boolean): readonly SseEvent[] | DeniedWord {
    const out: SseEvent[] = [];
    for (const [text, { answer, last }] of this.#texts) {
      if (!over(text)) continue;
      const rest = answer.push('', true);
      if (rest.denied !== undefined) return new DeniedWord(rest.denied);
      this.#texts.delete(text);
      if (rest.text === '') continue;
      this.#shifted ||= typeof last.value.sequence_number === 'number';
      out.push(this.#numbered(last.event, last.value, [{ place: last.place, text: rest.text }]));
    }
    return out;
  }

  /** The event with these texts; itself when nothing is another. */
  #numbered(event: SseEvent, value: JsonObject, edits: readonly Edit[]): SseEvent {
    const changed = edits.filter(({ place, text }) => place.text !== text);
    const came = value.sequence_number;
    if (typeof came === 'number') this.#number = this.#shifted ? (this.#number ?? came - 1) + 1 : came;
    if (changed.length === 0 && (typeof came !== 'number' || came === this.#number)) return event;
    const edited = changed.reduce<unknown>((made, { place, text }) => withText(made, place.path, text), value);
    return written(event, {
      ...(edited as JsonObject),
      ...(typeof came === 'number' ? { sequence_number: this.#number } : {}),
    });
  }
}

interface Edit {
  readonly place: Place;
  readonly text: string;
}

function written(event: SseEvent, value: JsonObject): SseEvent {
  return { ...event, data: JSON.stringify(value) };
}

function withText(value: unknown, [key, ...path]: readonly string[], text: string): unknown {
  if (key === undefined) return text;
  const list = asArray(value);
  if (list !== undefined) return list.with(Number(key), withText(list[Number(key)], path, text));
  const object = asObject(value) ?? {};
  return { ...object, [key]: withText(object[key], path, text) };
}
