import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { SeriesHistogram } from './series-histogram.ts';

const BOUNDS = [0.005, 1, 2.5, 100];

describe('SeriesHistogram', () => {
  it('says what a histogram of prom-client says, whatever the values', async () => {
    const label = fc.constantFrom('a', 'b"\n', '');
    const value = fc.oneof(fc.constantFrom(...BOUNDS, 0, -1, 101), fc.float({ noNaN: true, noDefaultInfinity: true }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(label, label, value), { maxLength: 20 }), async (values) => {
        const [ours, theirs] = [new Registry(), new Registry()];
        const fast = new SeriesHistogram('h', 'what it is', BOUNDS, ours);
        const slow = new Histogram({
          name: 'h',
          help: 'what it is',
          buckets: BOUNDS,
          labelNames: ['x', 'y'],
          registers: [theirs],
        });
        for (const [x, y, one] of values) {
          fast.observe(`${x}\0${y}`, () => ({ x, y }), one);
          slow.observe({ x, y }, one);
        }
        expect(await ours.metrics()).toBe(await theirs.metrics());
      }),
    );
  });
});
