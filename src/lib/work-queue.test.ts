import { describe, expect, it } from '@jest/globals';
import { manualClock } from '#test/clock.ts';
import { WorkQueue } from './work-queue.ts';

const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

describe('work queue', () => {
  it('works once on a key that was added often, and again when it was added meanwhile', async () => {
    const clock = manualClock();
    const done: string[] = [];
    let open = () => {};
    const queue = new WorkQueue({
      clock,
      onError: () => undefined,
      work: async (key) => {
        done.push(key);
        await new Promise<void>((resolve) => {
          open = resolve;
        });
      },
    });
    queue.add('a');
    queue.add('a');
    expect(done).toEqual(['a']);
    queue.add('a');
    queue.add('a');
    expect(done).toEqual(['a']);
    open();
    await settle();
    await clock.advance(100);
    expect(done).toEqual(['a', 'a']);
    open();
    await settle();
    expect(queue.size).toBe(0);
    await queue.stop();
  });

  it('tries again with growing distances, and forgets them after a success', async () => {
    const clock = manualClock();
    const at: number[] = [];
    const began = clock.now();
    let broken = true;
    const queue = new WorkQueue({
      clock,
      onError: () => undefined,
      work: async () => {
        at.push(clock.now() - began);
        if (broken) throw new Error('no');
      },
    });
    queue.add('a');
    for (let step = 0; step < 100; step++) await clock.advance(50);
    expect(at.length).toBeGreaterThan(3);
    expect(at.length).toBeLessThan(9);
    broken = false;
    for (let step = 0; step < 400; step++) await clock.advance(50);
    expect(queue.size).toBe(0);
    await queue.stop();
  });

  it('spreads starts to its rate', async () => {
    const clock = manualClock();
    let started = 0;
    const queue = new WorkQueue({
      clock,
      rate: 10,
      concurrency: 100,
      onError: () => undefined,
      work: async () => {
        started++;
      },
    });
    for (let n = 0; n < 30; n++) queue.add(`k${n}`);
    expect(started).toBeLessThanOrEqual(3);
    for (let step = 0; step < 100; step++) await clock.advance(10);
    expect(started).toBeGreaterThanOrEqual(9);
    expect(started).toBeLessThanOrEqual(13);
    await queue.stop();
  });
});
