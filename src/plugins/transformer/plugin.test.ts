import { describe, expect, it } from '@jest/globals';
import { configOf, runHooks } from '#test/fixture.ts';
import { fixtures } from './fixtures.ts';
import plugin from './plugin.ts';

describe('transformer', () => {
  it.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', (_, fixture) => runHooks(plugin, fixture));

  it('is lowered where the fixtures say so', () => {
    const context = { routeName: 'r', hostName: 'h', action: undefined, following: [], preceding: [] };
    for (const fixture of fixtures) {
      const { lowered } = plugin.lower?.(configOf(plugin, fixture), context) ?? { lowered: false };
      expect([fixture.name, lowered]).toEqual([fixture.name, fixture.lowered]);
    }
  });
});
