import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TextTrie } from './text-trie.ts';

const look = (words: readonly string[], text: string, from = 0) => {
  const trie = new TextTrie<string>();
  for (const word of words) trie.set(word, word);
  const found: string[] = [];
  const open = trie.visit(text, from, (end, word) => found.push(`${word}@${end}`));
  return { found, open };
};

describe('TextTrie', () => {
  it('finds all words at a place, shortest first', () => {
    expect(look(['a', 'abc', 'b', ''], 'xabcd', 1)).toEqual({ found: ['a@2', 'abc@4'], open: false });
  });

  it('tells when the text ends inside a word', () => {
    expect(look(['abc'], 'ab').open).toBe(true);
    expect(look(['abc'], 'abc').open).toBe(false);
    expect(look(['abc'], 'abx').open).toBe(false);
  });

  it('agrees with startsWith at every place', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '词', '𠮷'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(letters), letters, fc.nat(6), (words, text, from) => {
        const expected = [...new Set(words)].filter((word) => word !== '' && text.startsWith(word, from));
        expected.sort((a, b) => a.length - b.length);
        const { found, open } = look(words, text, from);
        expect(found).toEqual(expected.map((word) => `${word}@${from + word.length}`));
        const rest = text.slice(from);
        expect(open).toBe(words.some((word) => word.length > rest.length && word.startsWith(rest)));
      }),
    );
  });
});
