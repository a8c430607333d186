import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { zodWords } from './zod-words.ts';

function words(schema: z.ZodType, value: unknown, secret = false): string[] {
  const result = z.object({ a: schema }).safeParse({ a: value });
  return result.success ? [] : result.error.issues.map((issue) => zodWords(issue, value, secret));
}

describe('zodWords', () => {
  it.each<[string, z.ZodType, unknown]>([
    ['must be a number, not the text "eighty"', z.number(), 'eighty'],
    ['must be a list, not a map', z.array(z.string()), { b: 1 }],
    ['must be a whole number, not the number 1.5', z.int(), 1.5],
    ['must be true or false, not the text "yes"', z.boolean(), 'yes'],
    ['must be a map, not null', z.record(z.string(), z.string()), null],
    ['must be a text or a number, not a list', z.union([z.string(), z.number()]), []],
    ['must be one of x, y, not the text "z"', z.enum(['x', 'y']), 'z'],
    ['must be q, not the number 1', z.literal('q'), 1],
    ['must be at most 65535, not the number 70000', z.int().max(65_535), 70_000],
    ['must be a text that is not empty, not the text ""', z.string().min(1), ''],
    ['must have at least 1 entry, not a list', z.array(z.string()).min(1), []],
    ['has "b", which is not known there', z.strictObject({}), { b: 1 }],
    ['is missing; it must be a text', z.string(), undefined],
    ['must be a duration, not the text "often"', z.string().refine(() => false, 'expected a duration'), 'often'],
    ['must be a path, not the text "x"', z.string().regex(/^\//, 'expected a path'), 'x'],
    ['must be odd', z.number().refine(() => false, 'must be odd'), 2],
    ['is not valid: two things at once', z.number().refine(() => false, 'two things at once'), 2],
  ])('%s', (expected, schema, value) => {
    expect(words(schema, value)).toEqual([expected]);
  });

  it('keeps secrets to itself', () => {
    expect(words(z.number(), 'pa$$word', true)).toEqual(['must be a number, not a text']);
  });
});
