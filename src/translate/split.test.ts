import { describe, expect, it } from '@jest/globals';
import type { Route } from '#ir/types.ts';
import { builtin, forward, route } from '#test/ir.ts';
import { withFallbacks } from './ai-fallback.ts';
import { splitByPlugins } from './split.ts';

const to = (...weights: readonly number[]) =>
  route('/', { action: forward(weights.map((weight, index) => ({ backend: `b${index}`, weight }))) } as never);
const shapes = (routes: readonly Route[]) =>
  routes.map(({ match, action, plugins }) => [
    match.shareUpTo,
    action.type === 'forward' ? action.destinations.map(({ backend }) => backend) : [],
    plugins.map((plugin) => plugin.instance),
  ]);

describe('splitByPlugins', () => {
  const a = builtin('a', {});
  const b = builtin('b', {});
  const [first, second] = [a.instance, b.instance];

  it('leaves a route alone whose destinations want the same', () => {
    const one = to(60, 40);
    expect(splitByPlugins(one, () => [a])).toEqual([one]);
    expect(splitByPlugins(to(100), () => [a])).toHaveLength(1);
  });

  it('divides the requests among groups of destinations with the same plugins, by weight', () => {
    const routes = splitByPlugins(to(50, 30, 20), ({ backend }) => (backend === 'b1' ? [b] : [a]));
    expect(shapes(routes)).toEqual([
      [700_000, ['b0', 'b2'], [first]],
      [undefined, ['b1'], [second]],
    ]);
    expect(new Set(routes.map(({ id }) => id)).size).toBe(2);
  });

  it('leaves out destinations that are never selected', () => {
    const routes = splitByPlugins(to(1, 0, 2), ({ backend }) => (backend === 'b2' ? [b] : [a]));
    expect(shapes(routes)).toEqual([
      [333_333, ['b0'], [first]],
      [undefined, ['b2'], [second]],
    ]);
  });
});

describe('withFallbacks', () => {
  const named = (name: string, target?: string): Route => ({
    ...route('/'),
    name,
    policies: target === undefined ? {} : { aiFallback: { route: target, codes: ['5xx'] } },
    plugins: [builtin('ai-proxy', {})],
  });

  it('puts the plugin before all others, on the routes that ask for it', () => {
    const { routes, problems } = withFallbacks([named('one', 'two'), named('two')], new Map());
    expect(problems).toEqual([]);
    expect(routes.map(({ plugins }) => plugins.map((one) => 'plugin' in one && one.plugin))).toEqual([
      ['ai-fallback', 'ai-proxy'],
      ['ai-proxy'],
    ]);
    expect(routes[0]?.plugins[0]).toMatchObject({
      config: { route: 'two', codes: ['5xx'] },
      phase: 'AUTHN',
      failStrategy: 'open',
    });
  });

  it.each(['one', 'three'])('reports a fallback that cannot be (%s), and goes on without', (target) => {
    const { routes, problems } = withFallbacks([named('one', target), named('two')], new Map());
    expect(problems.map(({ reason, value }) => [reason, value])).toEqual([['FallbackMissing', target]]);
    expect([routes[0]?.plugins.length, routes[0]?.policies]).toEqual([1, {}]);
  });
});
