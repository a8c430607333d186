import { describe, expect, it } from '@jest/globals';
import type { Clock } from '#lib/clock.ts';
import type { KubeClient } from './client.ts';
import { Reflector } from './reflector.ts';

describe('a watch', () => {
  it('that ends with an error after a good while is taken up at once, however long the API server was away before', async () => {
    let now = 0;
    const waits: number[] = [];
    const clock: Clock = {
      now: () => now,
      after: (ms, action) => {
        waits.push(ms);
        now += ms;
        const timer = setImmediate(action);
        return () => clearImmediate(timer);
      },
    };
    let watches = 0;
    const client = {
      request: async () => ({ items: [], metadata: { resourceVersion: '1' } }),
      watch: async () => {
        watches += 1;
        if (watches === 8) now += 60_000;
        throw new Error(watches < 8 ? 'connection refused' : 'the connection was closed');
      },
    } as unknown as KubeClient;
    const nothing = () => undefined;
    const sink = {
      listing: nothing,
      seen: nothing,
      listed: nothing,
      changed: nothing,
      deleted: nothing,
      failed: nothing,
    };
    const reflector = new Reflector({
      client,
      path: '/x',
      sink: { ...sink, recovered: nothing },
      clock,
      random: () => 1,
    });
    reflector.start();
    while (watches < 9) await new Promise((resolve) => setImmediate(resolve));
    await reflector.stop();
    expect(Math.max(...waits.slice(0, 7))).toBeGreaterThan(5_000);
    expect(waits[7]).toBeLessThan(500);
  });
});
