import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TextTrie } from '#lib/text-trie.ts';
import { AnswerText } from './answer-text.ts';
import { DenyWords } from './deny-words.ts';

const masksOf = (pairs: Readonly<Record<string, string>>) => {
  const trie = new TextTrie<string>();
  for (const [mask, original] of Object.entries(pairs)) trie.set(mask, original);
  return trie;
};

/** What leaves for each piece; `!word` when one is denied. */
function run(pieces: readonly string[], words: readonly string[], masks: Readonly<Record<string, string>>): string[] {
  const text = new AnswerText(new DenyWords(words), masksOf(masks));
  const out: string[] = [];
  for (const [index, piece] of [...pieces, ''].entries()) {
    const { text: left, denied } = text.push(piece, index === pieces.length);
    out.push(denied === undefined ? left : `!${denied}`);
    if (denied !== undefined) break;
  }
  return out;
}

describe('denied words', () => {
  it.each([
    ['ass', 'class assassin bass', undefined],
    ['ass', 'an ass.', 'ass'],
    ['ass', 'ass', 'ass'],
    ['ass', '这ass是', 'ass'],
    ['ass', 'ASS', undefined],
    ['毒品', '我要买毒品和炸药', '毒品'],
    ['中共', '发展中共同努力', undefined],
    ['自定义敏感词1', '这里有自定义敏感词1。', '自定义敏感词1'],
    ['人肉炸弹', '我想找人肉炸弹的', '人肉炸弹'],
    ['ビール', 'ビールス', undefined],
    ['共同努力', '发展中共同努力', '共同努力'],
    ['hello world', 'say hello world!', 'hello world'],
    ['𠮷', '去𠮷。', '𠮷'],
    ['c++', 'c++ or c', 'c++'],
    ['42', '1429 42', '42'],
  ])('%s in %j: %s', (word, text, expected) => {
    expect(new DenyWords([word]).find(text)).toBe(expected);
  });

  it('are found where the longer of two does not stand', () => {
    expect(new DenyWords(['bad', 'bad day']).find('a bad days')).toBe('bad');
  });
});

describe('a text in pieces', () => {
  it('holds back no more than what may become a mask', () => {
    expect(run(['hi *', '*', '**', '* x'], [], { '****': 'me' })).toEqual(['hi ', '', 'me', '* x', '']);
  });

  it('takes the longest mask', () => {
    expect(run(['***@', 'a.com', ' ***!'], [], { '***': '1', '***@a.com': '2' })).toEqual(['', '2', ' 1!', '']);
  });

  it('lets go at the end what did not become one', () => {
    expect(run(['a**'], [], { '****': 'me' })).toEqual(['a', '**']);
  });

  it('lets nothing of a denied word go', () => {
    expect(run(['say ba', 'd', ' now'], ['bad'], {})).toEqual(['say ', '', '!bad']);
    expect(run(['say ba', 'd', 'ger'], ['bad'], {})).toEqual(['say ', '', 'badger', '']);
  });

  it('needs not know what follows a long word in a script without spaces', () => {
    expect(run(['人肉炸', '弹'], ['人肉炸弹'], {})).toEqual(['', '!人肉炸弹']);
    expect(run(['毒品'], ['毒品'], {})).toEqual(['', '!毒品']);
  });

  it('says the same wherever it is cut', () => {
    const unit = fc.constantFrom('a', 'b', ' ', '*', '毒', '品', '质', '中', '共', '同', '𠮷', '1', '。');
    const word = fc.string({ unit, minLength: 1, maxLength: 5 });
    const cuts = fc.array(fc.nat(60), { maxLength: 8 });
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 60 }),
        fc.array(word, { maxLength: 3 }),
        fc.dictionary(word, fc.string({ unit, maxLength: 3 }), { maxKeys: 3 }),
        cuts,
        // Words that are in the text for sure.
        fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 5 })), { maxLength: 2 }),
        (text, other, masks, places, slices) => {
          const words = [...other, ...slices.map(([at, length]) => text.slice(at, at + length))];
          const sorted = [0, ...places.filter((at) => at < text.length).sort((a, b) => a - b), text.length];
          const pieces = sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
          const whole = run([text], words, masks);
          const cut = run(pieces, words, masks);
          const denial = whole.find((out) => out.startsWith('!'));
          // "!" is not in the alphabet.
          expect(cut.find((out) => out.startsWith('!'))).toBe(denial);
          if (denial === undefined) expect(cut.join('')).toBe(whole.join(''));
        },
      ),
      { numRuns: 3000 },
    );
  });
});
