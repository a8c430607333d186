/** Runs a plugin's fixtures through its hooks. */
import { describe, expect, it } from '@jest/globals';
import type { PluginDefinition } from '#plugin-sdk/definition.ts';
import type { Fixture } from '#plugin-sdk/fixture.ts';
import { testPlugin } from '#plugin-sdk/testing.ts';
import { LOWER_CONTEXT } from './lower-context.ts';

/** The configuration in force, as it reaches a route; it must survive the way as JSON. */
export function configOf<C>(plugin: PluginDefinition<C>, fixture: Fixture): C {
  const config = plugin.effectiveConfig?.(fixture.global, fixture.rule, { hasRules: fixture.hasRules ?? false });
  if (config === undefined) throw new Error(`${fixture.name}: the plugin does nothing with this configuration`);
  return JSON.parse(JSON.stringify(config)) as C;
}

/** All fixtures through the plugin's hooks, and whether each is lowered; real Envoy runs the lowered form in `plugins-lowered.test.ts`. */
export function describeFixtures<C>(plugin: PluginDefinition<C>, fixtures: readonly Fixture[]): void {
  describe(plugin.manifest.name, () => {
    it.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', (_, fixture) =>
      runHooks(plugin, fixture),
    );

    it('is lowered where the fixtures say so', () => {
      for (const fixture of fixtures) {
        const { lowered } = plugin.lower?.(configOf(plugin, fixture), LOWER_CONTEXT) ?? { lowered: false };
        expect([fixture.name, lowered]).toEqual([fixture.name, fixture.lowered]);
      }
    });
  });
}

export async function runHooks<C>(plugin: PluginDefinition<C>, fixture: Fixture): Promise<void> {
  const { answer } = fixture;
  const { upstream, response, reply, rerouted } = await testPlugin(plugin, configOf(plugin, fixture)).request({
    ...fixture.request,
    ...(answer === undefined ? {} : { respond: () => answer }),
  });
  expect(reply?.details).toBe(fixture.reply?.details);
  if (fixture.reply !== undefined) {
    expect({ status: response.status, body: response.text }).toEqual({
      status: fixture.reply.status,
      body: fixture.reply.body ?? '',
    });
    expectHeaders((name) => response.headers.getAll(name), fixture.reply.headers);
    return;
  }
  const { path, authority, body, headers } = fixture.upstream ?? {};
  if (path !== undefined) expect(upstream?.path).toBe(path);
  if (authority !== undefined) expect(upstream?.authority).toBe(authority);
  if (body !== undefined) expect(upstream?.text).toBe(body);
  expectHeaders((name) => upstream?.headers.getAll(name) ?? [], headers);
  if (fixture.response?.body !== undefined) expect(response.text).toBe(fixture.response.body);
  expectHeaders((name) => response.headers.getAll(name), fixture.response?.headers);
  if (fixture.rerouted !== undefined) expect(rerouted).toBe(fixture.rerouted);
}

export function expectHeaders(
  values: (name: string) => readonly string[],
  expected: Readonly<Record<string, string | null>> = {},
): void {
  for (const [name, value] of Object.entries(expected)) {
    const seen = values(name);
    // HTTP libraries join repeated lines with or without a space.
    expect([name, seen.length === 0 ? null : seen.join(',').replaceAll(', ', ',')]).toEqual([name, value]);
  }
}
