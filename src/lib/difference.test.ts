import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { difference } from './difference.ts';

describe('difference', () => {
  it('is what only one of the lists holds', () => {
    const list = fc.uniqueArray(fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(list, list, (before, after) => {
        const { removed, added } = difference(before, after);
        expect(new Set(removed)).toEqual(new Set(before.filter((one) => !after.includes(one))));
        expect(new Set(added)).toEqual(new Set(after.filter((one) => !before.includes(one))));
      }),
    );
  });

  it('is empty for equal lists', () => {
    expect(difference(['a', 'b'], ['a', 'b'])).toEqual({ removed: [], added: [] });
  });
});
