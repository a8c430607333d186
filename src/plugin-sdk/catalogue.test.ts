import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createCatalogue } from './catalogue.ts';
import { definePlugin } from './definition.ts';

const plugin = (name: string, aliases: readonly string[] = []) =>
  definePlugin<unknown>({
    manifest: { name, aliases, version: '1', title: '', summary: '', phase: 'AUTHN', priority: 0, category: 'auth' },
    schema: z.unknown(),
  });

describe('the catalogue', () => {
  it('finds plugins by name and alias', () => {
    const catalogue = createCatalogue([plugin('b', ['old-b']), plugin('a')]);
    expect(catalogue.names()).toEqual(['a', 'b']);
    expect(catalogue.get('old-b')?.manifest.name).toBe('b');
    expect(catalogue.get('c')).toBeUndefined();
  });

  it('refuses two plugins of one name', () => {
    expect(() => createCatalogue([plugin('a'), plugin('b', ['a'])])).toThrow('two plugins are called "a"');
  });
});
