/** What the rules made of the texts of one request, and what their masks stand for in the answer. */
import { createHash } from 'node:crypto';
import { TextTrie } from '#lib/text-trie.ts';
import { AnswerText } from './answer-text.ts';
import type { MaskRule } from './config.ts';
import { DenyWords } from './deny-words.ts';
import { compilePattern, fillTemplate, replaceMatches } from './pattern.ts';

export interface Masker extends MaskRule {
  readonly pattern: RegExp;
}

export function maskerOf(rule: MaskRule): Masker {
  return { ...rule, pattern: compilePattern(rule.regex) };
}

const NO_WORDS = new DenyWords([]);

export class RequestMasks {
  readonly #maskers: readonly Masker[];
  /** Mask to original; undefined when it stands for several. */
  readonly #originals = new Map<string, string | undefined>();

  constructor(maskers: readonly Masker[]) {
    this.#maskers = maskers;
  }

  /** Whether the answer can hold anything to restore. */
  get any(): boolean {
    return this.#originals.size > 0;
  }

  /** The text after all rules in their order: a later one sees what the earlier ones made. */
  mask(text: string): string {
    const earlier = new TextTrie<string>();
    let current = text;
    for (const masker of this.#maskers) {
      const made: (readonly [string, string])[] = [];
      current = replaceMatches(masker.pattern, current, (match) => {
        const mask = masker.type === 'hash' ? sha256(match[0]) : fillTemplate(masker.value, match);
        if (masker.restore && mask !== '') made.push([mask, restored(match[0], earlier)]);
        return mask;
      });
      for (const [mask, original] of made) {
        earlier.set(mask, original);
        this.#remember(mask, original);
      }
    }
    return current;
  }

  #remember(mask: string, original: string): void {
    const known = this.#originals.has(mask);
    this.#originals.set(mask, known && this.#originals.get(mask) !== original ? undefined : original);
  }

  /** Masks that stand for one original, with it. `write` says how both are written in the answer. */
  trie(write: (text: string) => string = (text) => text): TextTrie<string> {
    const trie = new TextTrie<string>();
    for (const [mask, original] of this.#originals) {
      if (original !== undefined) trie.set(write(mask), write(original));
    }
    return trie;
  }
}

/** A match of a later rule may hold masks of earlier ones. */
function restored(text: string, masks: TextTrie<string>): string {
  return masks.size === 0 ? text : new AnswerText(NO_WORDS, masks).push(text, true).text;
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
