import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeForm, encodeForm, queryPairs } from './query.ts';

describe('query strings', () => {
  it('are read pair by pair', () => {
    expect(queryPairs('/a?x=1&&y&z=%41+b%zz%C3%BC')).toEqual([
      { name: 'x', value: '1' },
      { name: 'y', value: '' },
      { name: 'z', value: 'A b%zzü' },
    ]);
    expect(queryPairs('/a')).toEqual([]);
  });

  it('come back as they were', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(decodeForm(encodeForm(text))).toBe(text)));
  });
});
