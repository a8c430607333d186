/** A builder that is kept must tell the same as a new one, after any sequence of changes of its hosts. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Host } from '#ir/types.ts';
import { canonicalJson } from '#lib/hash.ts';
import { options, plugins, setHeader } from '#test/build-cases.ts';
import { backend, builtin, forward, gateway, host, route } from '#test/ir.ts';
import { createBuilder } from './build.ts';

const NAMES = ['a.test', 'b.test', 'c.test', 'd.test', '*.test', '*'];

interface Wish {
  readonly name: string;
  readonly path: string;
  readonly to: string;
  readonly tls: boolean;
  readonly plugin: string;
  readonly present: boolean;
}

const wish: fc.Arbitrary<Wish> = fc.record({
  name: fc.constantFrom(...NAMES),
  path: fc.constantFrom('/', '/one'),
  to: fc.constantFrom('one', 'two'),
  tls: fc.boolean(),
  plugin: fc.constantFrom('none', 'look', 'native', 'mcp'),
  present: fc.boolean(),
});

function hostOf({ name, path, to, tls, plugin }: Omit<Wish, 'present'>): Host {
  const bindings =
    plugin === 'none' ? [] : [builtin(plugin, plugin === 'native' ? { steps: [setHeader('a', 'b')] } : {})];
  return host(name, [route(path, { action: forward(to), plugins: bindings })], tls);
}

describe.each([true, false])('a builder that is kept, hosts sharded: %s', (hostShards) => {
  it('tells what a new one tells', () => {
    const backends = [backend('one', 1), backend('two', 2)];
    fc.assert(
      fc.property(fc.array(fc.array(wish, { maxLength: 3 }), { maxLength: 12 }), (steps) => {
        const kept = createBuilder({ ...options, hostShards }, plugins);
        const hosts = new Map<string, Host>();
        for (const changes of steps) {
          for (const { present, ...change } of changes) {
            if (present) hosts.set(change.name, hostOf(change));
            else hosts.delete(change.name);
          }
          const sorted = [...hosts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
          const given = gateway({ hosts: sorted, backends });
          const fresh = createBuilder({ ...options, hostShards }, plugins).build(given);
          const built = kept.build(given);
          for (const [type, resources] of Object.entries(fresh.resources))
            expect([type, byName(built.resources[type as keyof typeof built.resources])]).toEqual([
              type,
              byName(resources),
            ]);
          expect(canonicalJson(built.problems)).toBe(canonicalJson(fresh.problems));
          expect(canonicalJson(built.explain)).toBe(canonicalJson(fresh.explain));
        }
      }),
      { numRuns: 60 },
    );
  });
});

const byName = (resources: ReadonlyMap<string, unknown>) =>
  canonicalJson([...resources].sort(([a], [b]) => (a < b ? -1 : 1)));
