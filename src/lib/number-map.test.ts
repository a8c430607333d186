import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NumberMap } from './number-map.ts';

/** Keys that meet in few slots, some of them beyond 2^31. */
const key = fc.oneof(
  fc.integer({ min: 0, max: 150 }),
  fc.integer({ min: 0, max: 20 }).map((n) => n * 64 + 63),
  fc.integer({ min: 0xffff_ffe0, max: 0xffff_ffff }),
);

describe('NumberMap', () => {
  it('holds what a Map holds, whatever comes and goes', () => {
    const step = fc.tuple(fc.constantFrom('set', 'set', 'delete'), key);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
        const map = new NumberMap<{ readonly step: number }>();
        const model = new Map<number, { readonly step: number }>();
        for (const [at, [act, number]] of steps.entries()) {
          if (act === 'delete') {
            map.delete(number);
            model.delete(number);
          } else {
            map.set(number, { step: at });
            model.set(number, { step: at });
          }
        }
        expect(map.size).toBe(model.size);
        for (const [, number] of steps) expect(map.get(number)).toEqual(model.get(number));
        const sorted = (all: Iterable<{ readonly step: number }>) => [...all].map(({ step: at }) => at).sort();
        expect(sorted(map.values())).toEqual(sorted(model.values()));
      }),
    );
  });

  it('is empty when cleared', () => {
    const map = new NumberMap<object>();
    map.set(7, {});
    map.clear();
    expect([map.size, map.get(7), map.values()]).toEqual([0, undefined, []]);
  });
});
