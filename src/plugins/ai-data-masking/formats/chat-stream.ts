/** A streamed chat answer: every choice has its own texts, and in each of them denied words are found and masks restored over all its chunks. */
import { asArray, asObject, asString, type JsonObject, objectsOf, parseObject } from '#ai/json.ts';
import type { TextTrie } from '#lib/text-trie.ts';
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { AnswerText } from '../answer-text.ts';
import type { DenyWords } from '../deny-words.ts';
import { TEXT_MEMBERS, type TextMember } from '../places.ts';
import { type AnswerStream, DeniedWord } from './format.ts';

const DONE = '[DONE]';

/** One choice's texts. */
interface Choice {
  readonly index: number;
  readonly texts: Readonly<Record<TextMember, AnswerText>>;
  /** The member that text last came in. */
  kind: TextMember | undefined;
}

export class ChatStream implements AnswerStream {
  readonly #deny: DenyWords;
  readonly #masks: TextTrie<string>;
  readonly #choices = new Map<number, Choice>();
  /** The last chunk, for text that leaves with no chunk of its own. */
  #envelope: JsonObject = {};

  constructor(deny: DenyWords, masks: TextTrie<string>) {
    this.#deny = deny;
    this.#masks = masks;
  }

  next(event: SseEvent | undefined): readonly SseEvent[] | DeniedWord | undefined {
    if (event === undefined) return this.#rest();
    if (event.data === undefined) return undefined;
    if (event.data.trim() === DONE) {
      const rest = this.#rest();
      return rest instanceof DeniedWord ? rest : [...rest, event];
    }
    const chunk = parseObject(event.data);
    if (chunk === undefined || asArray(chunk.choices) === undefined) return undefined;
    this.#envelope = chunk;
    return this.#chunk(chunk, event);
  }

  denial(message: string, { index }: DeniedWord): readonly SseEvent[] {
    return [deniedChunk(message, index)];
  }

  #chunk(chunk: JsonObject, event: SseEvent): readonly SseEvent[] | DeniedWord | undefined {
    const choices = objectsOf(chunk.choices);
    const out: SseEvent[] = [];
    let same = choices.length <= 1;
    for (const [at, choice] of choices.entries()) {
      const left = this.#choice(choice);
      if (left instanceof DeniedWord) return left;
      same &&= left.same;
      for (const delta of left.before) out.push(written(event, chunk, bare(choice, delta), false));
      const last = at === choices.length - 1;
      if (!left.absorbed || (last && chunk.usage)) {
        out.push(written(event, chunk, { ...choice, delta: left.delta }, last));
      }
    }
    return same ? undefined : out;
  }

  /** The delta that leaves for one choice of a chunk, and those that must leave before it. */
  #choice(choice: JsonObject) {
    const delta = asObject(choice.delta) ?? {};
    const state = this.#stateOf(typeof choice.index === 'number' ? choice.index : 0);
    const before: JsonObject[] = [];
    const now: JsonObject = { ...delta };
    for (const member of TEXT_MEMBERS) {
      const text = asString(delta[member]);
      if (!text) continue;
      if (state.kind !== undefined && state.kind !== member) {
        const rest = this.#push(state, state.kind, '', true);
        if (rest instanceof DeniedWord) return rest;
        if (rest !== '') before.push({ [state.kind]: rest });
      }
      state.kind = member;
      const out = this.#push(state, member, text, false);
      if (out instanceof DeniedWord) return out;
      now[member] = out;
    }
    const finished = choice.finish_reason !== null && choice.finish_reason !== undefined;
    if (finished && state.kind !== undefined) {
      const rest = this.#push(state, state.kind, '', true);
      if (rest instanceof DeniedWord) return rest;
      if (rest !== '') now[state.kind] = `${asString(now[state.kind]) ?? ''}${rest}`;
    }
    const same = before.length === 0 && TEXT_MEMBERS.every((member) => now[member] === delta[member]);
    // Text that is held back leaves its chunk empty; it stays away when nothing else was in it.
    const empty = !choice.logprobs && Object.values(now).every((value) => value === null || value === '');
    return { before, delta: now, same, absorbed: !same && !finished && empty };
  }

  #push(choice: Choice, member: TextMember, text: string, end: boolean): string | DeniedWord {
    const out = choice.texts[member].push(text, end);
    return out.denied === undefined ? out.text : new DeniedWord(out.denied, choice.index);
  }

  #stateOf(index: number): Choice {
    let state = this.#choices.get(index);
    if (state === undefined) {
      const text = () => new AnswerText(this.#deny, this.#masks);
      state = { index, kind: undefined, texts: { content: text(), reasoning_content: text() } };
      this.#choices.set(index, state);
    }
    return state;
  }

  /** Text of choices that never said they were finished. */
  #rest(): readonly SseEvent[] | DeniedWord {
    const out: SseEvent[] = [];
    for (const choice of this.#choices.values()) {
      if (choice.kind === undefined) continue;
      const rest = this.#push(choice, choice.kind, '', true);
      if (rest instanceof DeniedWord) return rest;
      if (rest !== '') out.push(written({}, this.#envelope, bare(choice, { [choice.kind]: rest }), false));
    }
    return out;
  }
}

/** All that a client gets of a blocked choice. */
export function deniedChunk(message: string, index: number): SseEvent {
  const choice = { index, delta: { role: 'assistant', content: message } };
  return { data: JSON.stringify({ choices: [choice], usage: {} }) };
}

/** A choice that brings text and nothing else. */
function bare({ index }: { readonly index?: unknown }, delta: JsonObject): JsonObject {
  return { index: index ?? 0, delta, finish_reason: null };
}

/** The chunk with this choice alone; what was used is told once. */
function written(event: SseEvent, chunk: JsonObject, choice: JsonObject, usage: boolean): SseEvent {
  const told = usage || !('usage' in chunk) ? {} : { usage: null };
  return { ...event, data: JSON.stringify({ ...chunk, ...told, choices: [choice] }) };
}
