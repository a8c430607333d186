import { describe, expect, it } from '@jest/globals';
import { firstOf, isPromise, type MaybePromise, mended, whenThere } from './maybe-promise.ts';

const later = async <T>(value: T): Promise<T> => value;
const failsLater = async (): Promise<string> => {
  throw new Error('later');
};

describe('values that are there at once or later', () => {
  it('are promises only where something is one', async () => {
    expect(whenThere(1, (n) => n + 1)).toBe(2);
    expect(await whenThere(later(1), (n) => n + 1)).toBe(2);
    expect(await whenThere(1, (n) => later(n + 1))).toBe(2);
    expect([isPromise(later(1)), isPromise<unknown>({}), isPromise(undefined)]).toEqual([true, false, false]);
  });

  it.each([
    ['at once', (item: number): MaybePromise<{ item: number } | undefined> => (item > 2 ? { item } : undefined)],
    ['later', (item: number) => later(item > 2 ? { item } : undefined)],
    ['some later', (item: number) => (item === 2 ? later(undefined) : item > 2 ? { item } : undefined)],
  ])('are visited in order up to the first that is found, %s', async (_when, find) => {
    const seen: number[] = [];
    const visit = (item: number, index: number) => {
      seen.push(item * 10 + index);
      return find(item);
    };
    expect(await firstOf([1, 2, 3, 4], visit)).toEqual({ item: 3 });
    expect(seen).toEqual([10, 21, 32]);
    expect(await firstOf([1, 2], visit)).toBeUndefined();
  });

  it('are mended when they fail, at once or later', async () => {
    const mend = (error: unknown) => (error as Error).message;
    expect(
      mended(() => {
        throw new Error('at once');
      }, mend),
    ).toBe('at once');
    expect(await mended(failsLater, mend)).toBe('later');
    expect(await mended(() => later('well'), mend)).toBe('well');
  });
});
