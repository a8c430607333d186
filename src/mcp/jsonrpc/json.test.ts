import { describe, expect, it } from '@jest/globals';
import { parseJson, writeJson } from './json.ts';

describe('JSON on the wire', () => {
  it.each([
    ['{"id":9007199254740993}'],
    ['[-12345678901234567890,12345678901234567890123]'],
    ['{"a":9007199254740991,"b":[1.5,true,null,"9007199254740993"]}'],
  ])('keeps every digit of %s', (text) => {
    expect(writeJson(parseJson(text))).toBe(text);
  });

  it('makes numbers of all that a number can hold', () => {
    expect(parseJson('[1, 9007199254740991, 1e400, 0.1234567890123456]')).toEqual([
      1,
      Number.MAX_SAFE_INTEGER,
      Number.POSITIVE_INFINITY,
      0.1234567890123456,
    ]);
  });

  it('makes bigint of longer integers', () => {
    expect(parseJson('[9007199254740993]')).toEqual([9007199254740993n]);
  });

  it('does not take member names for anything but names', () => {
    const value = parseJson('{"__proto__":{"a":1},"n":12345678901234567890}');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'n']);
    expect((value as { a?: number }).a).toBeUndefined();
  });

  it.each([[''], ['{'], ['{"a":12345678901234567890']])('refuses %j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});
