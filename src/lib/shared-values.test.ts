import { describe, expect, it } from '@jest/globals';
import { sharedValues } from './shared-values.ts';

describe('sharedValues', () => {
  it('makes once, drops with the last holder, and makes anew after that', () => {
    const shared = sharedValues();
    const dropped: number[] = [];
    let made = 0;
    const hold = () =>
      shared.hold(
        'key',
        () => ++made,
        (value) => dropped.push(value),
      );
    const first = hold();
    const second = hold();
    expect([first.value, second.value]).toEqual([1, 1]);
    first.release();
    first.release();
    expect(dropped).toEqual([]);
    second.release();
    expect(dropped).toEqual([1]);
    expect(hold().value).toBe(2);
  });
});
