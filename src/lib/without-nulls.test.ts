import { expect, it } from '@jest/globals';
import { withoutNulls } from './without-nulls.ts';

it('drops null keys at any depth and keeps list items', () => {
  expect(withoutNulls({ a: null, b: { c: null, d: 1 }, e: [null, { f: null }] })).toEqual({
    b: { d: 1 },
    e: [undefined, {}],
  });
});

it('ends on a value that holds itself', () => {
  const cyclic: Record<string, unknown> = { a: 1 };
  cyclic.self = cyclic;
  expect(JSON.stringify(withoutNulls(cyclic)).length).toBeLessThan(2000);
});
