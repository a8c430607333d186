/** One text on its way to the client, in pieces cut anywhere: denied words are found in it, masks give way to what they stand for. */
import type { TextTrie } from '#lib/text-trie.ts';
import { type DenyWords, LEFT_CONTEXT, UNDECIDED } from './deny-words.ts';

export interface TextOut {
  /** What leaves now. */
  readonly text: string;
  /** A denied word has come; nothing more may leave. */
  readonly denied?: string;
}

/** Holds back no more than what may become a denied word or a mask. What leaves in all does not depend on where the text was cut. */
export class AnswerText {
  readonly #deny: DenyWords;
  /** Masks and what they stand for. */
  readonly #masks: TextTrie<string>;
  /** The end of what has left, as it came: words begin and end beside it. */
  #before = '';
  #held = '';

  constructor(deny: DenyWords, masks: TextTrie<string>) {
    this.#deny = deny;
    this.#masks = masks;
  }

  get holds(): boolean {
    return this.#held !== '';
  }

  /** `end`: no text comes behind this one. */
  push(text: string, end: boolean): TextOut {
    const all = this.#before + this.#held + text;
    let at = this.#before.length;
    let copied = at;
    let out = '';
    while (at < all.length) {
      const denied = this.#deny.any ? this.#deny.at(all, at, end) : undefined;
      if (typeof denied === 'string') return { text: '', denied };
      let maskEnd = 0;
      let original = '';
      const open = this.#masks.visit(all, at, (wordEnd, value) => {
        maskEnd = wordEnd;
        original = value;
      });
      if (denied === UNDECIDED || (open && !end)) break;
      if (maskEnd > 0) {
        out += all.slice(copied, at) + original;
        at = maskEnd;
        copied = at;
      } else at += 1;
    }
    out += all.slice(copied, at);
    this.#held = all.slice(at);
    this.#before = all.slice(Math.max(0, at - LEFT_CONTEXT), at);
    return { text: out };
  }
}
