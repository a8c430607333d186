import { describe, expect, it } from '@jest/globals';
import { manualClock } from '#test/clock.ts';
import { createBackoff } from './backoff.ts';
import { sleep } from './clock.ts';
import { createLastGood } from './last-good.ts';
import { createLogger, throttled } from './log.ts';

function captured(level = 'info') {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, log: createLogger({ component: 'test', level, destination }) };
}

describe('log', () => {
  it('writes JSON lines with component, level and time, and censors secrets in objects of objects', () => {
    const { lines, log } = captured();
    log
      .child({ registry: 'a' })
      .info({ password: 'p', config: { apiKey: 'k', deep: { token: 't', host: 'h' } } }, 'hello');
    log.debug('unseen');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        component: 'test',
        registry: 'a',
        password: '[redacted]',
        config: { apiKey: '[redacted]', deep: { token: '[redacted]', host: 'h' } },
        msg: 'hello',
      },
    ]);
  });
});

describe('throttled', () => {
  it('tells a failure at its start, again with a count at doubling distances, and its end once', async () => {
    const clock = manualClock();
    const { lines, log } = captured();
    const throttle = throttled(log, { repeatMs: 60_000, clock });
    for (let second = 0; second < 300; second++) {
      throttle.failure('nacos/a', { registry: 'a' }, 'down');
      await clock.advance(1000);
    }
    throttle.recovery('nacos/a', { registry: 'a' }, 'up');
    throttle.recovery('nacos/a', { registry: 'a' }, 'up');
    expect(lines.map(({ msg, suppressed }) => [msg, suppressed])).toEqual([
      ['down', undefined],
      ['down', 59],
      ['down', 119],
      ['up', 119],
    ]);
    expect(lines.at(-1)).toMatchObject({ failures: 300, failedForMs: 300_000 });
    expect(throttle.suppressed).toBe(297);
  });

  it('keeps keys apart', () => {
    const { lines, log } = captured();
    const throttle = throttled(log, { repeatMs: Number.POSITIVE_INFINITY });
    for (const key of ['a', 'b', 'a', 'b']) throttle.failure(key, { key }, 'down');
    throttle.forget('a');
    throttle.recovery('a', {}, 'up');
    throttle.recovery('b', { key: 'b' }, 'up');
    expect(lines.map(({ msg, key, suppressed }) => [msg, key, suppressed])).toEqual([
      ['down', 'a', undefined],
      ['down', 'b', undefined],
      ['up', 'b', 1],
    ]);
  });
});

describe('backoff', () => {
  it('doubles from 1 s to 60 s, with jitter down to the half, and begins anew after a success', () => {
    const delays = (random: number) => {
      const backoff = createBackoff({ baseMs: 1000, maxMs: 60_000, random: () => random });
      const seen = Array.from({ length: 8 }, () => backoff.next());
      backoff.reset();
      return [...seen, backoff.next()];
    };
    expect(delays(1)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 1000]);
    expect(delays(0)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 500]);
  });
});

describe('sleep', () => {
  it('ends by time or by abort and leaves no timer', async () => {
    const clock = manualClock();
    const abort = new AbortController();
    const ended: string[] = [];
    void sleep(clock, 10, abort.signal).then(() => ended.push('time'));
    void sleep(clock, 20, abort.signal).then(() => ended.push('abort'));
    await clock.advance(15);
    expect(ended).toEqual(['time']);
    abort.abort();
    await sleep(clock, 1, abort.signal);
    expect([ended, clock.pending]).toEqual([['time', 'abort'], 0]);
  });
});

describe('last good', () => {
  it('keeps a valid version in the place of a broken one until the thing is gone', () => {
    const good = createLastGood<number>();
    expect(good.resolve('a', 1, false)).toEqual({ value: 1, stale: false });
    expect(good.resolve('a', 2, true)).toEqual({ value: 2, stale: false });
    expect(good.resolve('a', undefined, false)).toEqual({ value: 2, stale: true });
    good.retain(new Set());
    expect(good.resolve('a', undefined, false)).toEqual({ value: undefined, stale: false });
  });
});
