/**
 * Denied words in a text. A word counts where it begins and ends at word boundaries: between letters of scripts with spaces there is none, and in
 * scripts without spaces (Chinese, Japanese, Thai …) a segmenter with a dictionary says where they are,
 * except for Chinese words of four characters and more.
 */
import { TextTrie } from '#lib/text-trie.ts';

/** Characters of a script without spaces that the segmenter sees on each side of a boundary. */
const REACH = 16;
/** So many Chinese characters stand in a row by no accident, whatever a dictionary says that does not know the word. */
const LONG = /^\p{sc=Han}{4,}$/u;
/** What must be known of the text before a place, in UTF-16 units. */
export const LEFT_CONTEXT = 2 * REACH + 2;

const SPACELESS =
  /^[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]&&[\p{L}\p{M}]]$/v;
const LETTER = /^[\p{L}\p{M}\p{N}]$/u;
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/** More text must come before it is known whether a word stands there. */
export const UNDECIDED = Symbol('undecided');

export class DenyWords {
  readonly #words = new TextTrie<{ readonly word: string; readonly long: boolean }>();

  constructor(words: Iterable<string>) {
    for (const word of words) this.#words.set(word, { word, long: LONG.test(word) });
  }

  get any(): boolean {
    return this.#words.size > 0;
  }

  /** The first denied word of a whole text. */
  find(text: string): string | undefined {
    for (let at = 0; at < text.length; at++) {
      const word = this.at(text, at, true);
      if (typeof word === 'string') return word;
    }
    return undefined;
  }

  /** The denied word that begins at `at`, the shortest. `ended`: nothing follows the text. */
  at(text: string, at: number, ended: boolean): string | typeof UNDECIDED | undefined {
    let denied: string | undefined;
    let undecided = false;
    const open = this.#words.visit(text, at, (end, { word, long }) => {
      if (denied !== undefined || undecided) return;
      const starts = isBoundary(text, at, ended, long);
      const ends = starts === false ? false : isBoundary(text, end, ended, long);
      if (starts && ends) denied = word;
      else undecided = starts !== false && ends !== false;
    });
    if (denied !== undefined) return denied;
    if (undecided) return UNDECIDED;
    // What is still to come of a longer word may be long enough.
    return open && !ended && isBoundary(text, at, ended, true) !== false ? UNDECIDED : undefined;
  }
}

/** `long`: of a word so long that a place inside a run without spaces needs no segmenter. Undefined: what follows the text would tell. */
function isBoundary(text: string, at: number, ended: boolean, long: boolean): boolean | undefined {
  if (at === 0) return true;
  if (at >= text.length) return ended || (long && SPACELESS.test(characterBefore(text, at))) ? true : undefined;
  const left = characterBefore(text, at);
  const right = String.fromCodePoint(text.codePointAt(at) as number);
  if (SPACELESS.test(left) && SPACELESS.test(right)) return long || isSegmentBoundary(text, at, ended);
  return SPACELESS.test(left) || SPACELESS.test(right) || !LETTER.test(left) || !LETTER.test(right);
}

/** Between two characters of scripts without spaces: what the segmenter says, seeing the same in every cut of the text. */
function isSegmentBoundary(text: string, at: number, ended: boolean): boolean | undefined {
  let from = at;
  for (let i = 0; i < REACH && from > 0; i++) {
    const character = characterBefore(text, from);
    if (!SPACELESS.test(character)) break;
    from -= character.length;
  }
  let to = at;
  for (let i = 0; i < REACH; i++) {
    if (to >= text.length) {
      if (!ended) return undefined;
      break;
    }
    const character = String.fromCodePoint(text.codePointAt(to) as number);
    if (!SPACELESS.test(character)) break;
    to += character.length;
  }
  return segmenter.segment(text.slice(from, to)).containing(at - from)?.index === at - from;
}

function characterBefore(text: string, at: number): string {
  const pair = at >= 2 ? text.codePointAt(at - 2) : undefined;
  return pair !== undefined && pair > 0xffff ? String.fromCodePoint(pair) : (text[at - 1] ?? '');
}
