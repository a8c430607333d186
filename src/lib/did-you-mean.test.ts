import { describe, expect, it } from '@jest/globals';
import { didYouMean } from './did-you-mean.ts';

describe('didYouMean', () => {
  it.each([
    ['stat_prefx', ['stat_prefix', 'codec_type'], 'stat_prefix'],
    ['statPrefix', ['codec_type', 'stat_prefix'], 'stat_prefix'],
    ['RINGHASH', ['RING_HASH', 'RANDOM'], 'RING_HASH'],
  ])('%s is near to one of %j', (word, candidates, expected) => {
    expect(didYouMean(word, candidates)).toBe(expected);
  });

  it('says nothing when no candidate is near', () => {
    expect(didYouMean('colour', ['stat_prefix', 'codec_type'])).toBeUndefined();
    expect(didYouMean('a', [])).toBeUndefined();
  });
});
