import { describe, expect, it } from '@jest/globals';
import { acceptArguments, textOf } from './arguments.ts';
import { toolSchema } from './document.ts';

const accept = (args: object[], given: Record<string, unknown>) =>
  Object.fromEntries(
    acceptArguments(toolSchema.parse({ name: 't', args, responseTemplate: { body: 'x' } }).args, given),
  );

describe('accepted arguments', () => {
  it('are the declared ones, in their order, with defaults', () => {
    const declared = [
      { name: 'b', default: 'bee' },
      { name: 'a', required: true },
      { name: 'c' },
      { name: 'd', default: 0 },
    ];
    const given = { a: 'x', d: 5, other: 'y' };
    expect(Object.entries(accept(declared, given))).toEqual([
      ['b', 'bee'],
      ['a', 'x'],
      ['d', 5],
    ]);
  });

  it('are not what objects have by nature', () => {
    expect(accept([{ name: 'constructor' }, { name: 'toString' }], {})).toEqual({});
  });

  it.each([
    ['boolean', 'true', true],
    ['boolean', 'false', false],
    ['boolean', 'yes', 'yes'],
    ['integer', 3.9, 3],
    ['integer', -3.9, -3],
    ['integer', '42', 42],
    ['integer', '-7', -7],
    ['integer', '9007199254740993', 9007199254740993n],
    ['integer', '+9007199254740993', 9007199254740993n],
    ['integer', '4.5', '4.5'],
    ['integer', 'many', 'many'],
    ['integer', 2n ** 70n, 2n ** 70n],
    ['number', '1.5', 1.5],
    ['number', '-1e3', -1000],
    ['number', '', ''],
    ['number', '0x10', '0x10'],
    ['number', '1e999', '1e999'],
    ['number', 7, 7],
    ['string', 7, 7],
    ['array', '[1]', '[1]'],
    ['object', null, null],
  ])('%s: %p becomes %p', (type, given, expected) => {
    expect(accept([{ name: 'a', type }], { a: given })).toEqual({ a: expected });
  });
});

describe('values as text', () => {
  it.each([
    ['x y', 'x y'],
    [true, 'true'],
    [0, '0'],
    [1000000, '1000000'],
    [123456789012345680000, '123456789012345680000'],
    [1e21, '1e+21'],
    [0.1, '0.1'],
    [1.5e-7, '0.00000015'],
    [-2e-10, '-0.0000000002'],
    [9007199254740993n, '9007199254740993'],
    [['a', 1], '["a",1]'],
    [{ a: { b: 2n ** 64n } }, '{"a":{"b":18446744073709551616}}'],
    [null, undefined],
    [undefined, undefined],
  ])('%p is %p', (value, text) => {
    expect(textOf(value)).toBe(text);
  });
});
