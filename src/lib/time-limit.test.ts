import { describe, expect, it } from '@jest/globals';
import { TimeLimitError, withTimeLimit } from './time-limit.ts';

describe('withTimeLimit', () => {
  it('ends a regular expression that backtracks', () => {
    expect(() => withTimeLimit(20, () => /^(a+)+$/.test(`${'a'.repeat(60)}b`))).toThrow(TimeLimitError);
  });

  it('gives work that only waits for the processor another try', () => {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    let tries = 0;
    // Waits without using the processor, as a thread does that is not let run.
    const work = () => {
      tries += 1;
      if (tries < 3) Atomics.wait(cell, 0, 0, 200);
      return tries;
    };
    expect(withTimeLimit(20, work)).toBe(3);
  });

  it('returns and throws what the work does, inside another one too', () => {
    expect(withTimeLimit(1000, () => withTimeLimit(1000, () => 1) + 1)).toBe(2);
    expect(() =>
      withTimeLimit(1000, () => {
        throw new RangeError('mine');
      }),
    ).toThrow(RangeError);
  });
});
