import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { providerSchema } from '#ai/providers/settings.ts';
import { schema } from './config.ts';

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');

/** Keys in the first column of the tables. */
const documented = new Set(
  readme
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((found) => found[1] ?? '')),
);
const read = new Set([...Object.keys(schema.shape), ...Object.keys(providerSchema.shape)]);

describe('ai-proxy (#2503) README', () => {
  it('names no key that is not read', () => {
    expect([...documented].filter((key) => !read.has(key))).toEqual([]);
  });

  it('names every key that is read', () => {
    expect([...read].filter((key) => !documented.has(key))).toEqual([]);
  });
});
