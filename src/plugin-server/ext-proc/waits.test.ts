import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Wait, Waits } from './waits.ts';

describe('Waits', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('calls those whose wait is over, each at its time, and no others', () => {
    const waits = new Waits(100);
    const called: string[] = [];
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new Wait(() => called.push(name))) as [Wait, Wait, Wait];
    waits.begin(a);
    jest.advanceTimersByTime(40);
    waits.begin(b);
    waits.begin(c);
    waits.end(c);
    jest.advanceTimersByTime(59);
    expect(called).toEqual([]);
    jest.advanceTimersByTime(2);
    expect(called).toEqual(['a']);
    jest.advanceTimersByTime(40);
    expect(called).toEqual(['a', 'b']);
    jest.advanceTimersByTime(1_000);
    expect([called, jest.getTimerCount()]).toEqual([['a', 'b'], 0]);
  });

  it('waits anew for one that begins again', () => {
    const waits = new Waits(100);
    let calls = 0;
    const one = new Wait(() => {
      calls++;
    });
    waits.begin(one);
    waits.end(one);
    jest.advanceTimersByTime(80);
    waits.begin(one);
    jest.advanceTimersByTime(80);
    expect(calls).toBe(0);
    jest.advanceTimersByTime(21);
    expect(calls).toBe(1);
  });
});
