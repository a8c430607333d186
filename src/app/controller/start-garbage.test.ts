import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { StartGarbage } from './start-garbage.ts';

describe('the garbage of a start', () => {
  const before = globalThis.gc;
  const collect = jest.fn();
  let garbage: StartGarbage;

  beforeEach(() => {
    jest.useFakeTimers();
    collect.mockClear();
    globalThis.gc = collect as unknown as typeof globalThis.gc;
    garbage = new StartGarbage();
  });

  afterEach(() => {
    garbage.stop();
    jest.useRealTimers();
    globalThis.gc = before;
  });

  it('is collected once, when nothing changes any more', () => {
    garbage.changed({ programmed: true });
    jest.advanceTimersByTime(1_500);
    garbage.changed({ programmed: false });
    jest.advanceTimersByTime(10_000);
    expect(collect).not.toHaveBeenCalled();
    garbage.changed({ programmed: true });
    jest.advanceTimersByTime(2_000);
    garbage.changed({ programmed: true });
    jest.advanceTimersByTime(10_000);
    expect(collect).toHaveBeenCalledTimes(1);
  });

  it('stays when the controller ends before', () => {
    garbage.changed({ programmed: true });
    garbage.stop();
    jest.advanceTimersByTime(10_000);
    expect(collect).not.toHaveBeenCalled();
  });
});
