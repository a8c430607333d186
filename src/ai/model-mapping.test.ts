import { describe, expect, it } from '@jest/globals';
import { createModelMapper } from './model-mapping.ts';

describe('model mapping', () => {
  const mapper = createModelMapper([
    ['*', 'rest'],
    ['gpt-*', 'short'],
    ['~^o(\\d)-mini$', 'omini-$1'],
    ['gpt-4*', 'long'],
    ['gpt-4o', 'exact'],
    ['keep-*', ''],
  ]);

  it.each([
    ['gpt-4o', 'exact'],
    ['gpt-4o-mini', 'long'],
    ['gpt-3', 'short'],
    ['o3-mini', 'omini-3'],
    ['keep-me', 'keep-me'],
    ['other', 'rest'],
    ['', 'rest'],
  ])('sends %p as %p', (model, expected) => {
    expect(mapper.map(model)).toBe(expected);
  });

  it('keeps the name when nothing matches', () => {
    expect(createModelMapper([]).map('x')).toBe('x');
  });

  it('tries patterns in the order of the configuration', () => {
    expect(
      createModelMapper([
        ['~a', 'first'],
        ['a*', 'second'],
      ]).map('abc'),
    ).toBe('firstbc');
    expect(
      createModelMapper([
        ['a*', 'second'],
        ['~a', 'first'],
      ]).map('abc'),
    ).toBe('second');
  });

  it('names the key that RE2 refuses', () => {
    expect(() => createModelMapper([['~(?=x)', 'y']])).toThrow('~(?=x)');
  });
});
