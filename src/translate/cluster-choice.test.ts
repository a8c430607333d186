import { describe, expect, it } from '@jest/globals';
import type { PluginBinding, Route } from '#ir/types.ts';
import { builtin, forward, route } from '#test/ir.ts';
import { withClusterChoice } from './cluster-choice.ts';
import { splitByPlugins } from './split.ts';

const A = 'outbound|80||a.dns';
const B = 'outbound|80||b.dns';
const C = 'outbound|80||c.dns';
const HEADER = 'x-target';
const at = (name: string, phase: PluginBinding['phase'], priority: number): PluginBinding => ({
  ...builtin(name, {}),
  phase,
  priority,
});
const chooser = (clusters: readonly string[]): PluginBinding => ({
  ...builtin('chooser', {}),
  phase: 'UNSPECIFIED_PHASE',
  priority: 50,
  choosesCluster: { header: HEADER, clusters },
});
const shape = ({ match, action, plugins }: Route) => [
  match.headers?.find(({ name }) => name === HEADER)?.value,
  action.type === 'forward' ? action.destinations.map(({ backend, weight }) => [backend, weight]) : [],
  plugins.map((one) => `${'plugin' in one && one.plugin} ${one.phase} ${one.priority}`),
];

function choose(pluginsOf: (host: string) => readonly PluginBinding[]) {
  const base = route('/', {
    action: forward([
      { backend: A, weight: 60 },
      { backend: B, weight: 40 },
    ]),
    plugins: pluginsOf('a.dns'),
  } as never);
  const shares = splitByPlugins(base, ({ backend }) => pluginsOf(backend.split('|').at(-1)!));
  const keepsPath = (binding: PluginBinding) => 'plugin' in binding && binding.plugin !== 'rewriter';
  return withClusterChoice(base, shares, { pluginsOf: ({ host }) => pluginsOf(host), keepsPath });
}

describe('withClusterChoice', () => {
  it('leaves routes alone on which nothing chooses', () => {
    const plugins = [at('other', 'AUTHN', 1)];
    const { routes, chosen } = choose(() => plugins);
    expect([routes.length, chosen]).toEqual([1, []]);
  });

  it('gives each upstream a route behind the header, and keeps the weights for requests without a choice', () => {
    const plugins = [chooser([A, B])];
    const { routes, chosen } = choose(() => plugins);
    const own = ['chooser UNSPECIFIED_PHASE 50'];
    expect(routes.map(shape)).toEqual([
      [A, [[A, 1]], own],
      [B, [[B, 1]], own],
      [
        undefined,
        [
          [A, 60],
          [B, 40],
        ],
        own,
      ],
    ]);
    expect(routes.map(({ match }) => match.chosenBy)).toEqual([HEADER, HEADER, undefined]);
    expect(new Set(routes.map(({ id }) => id)).size).toBe(3);
    expect(chosen).toEqual([]);
  });

  it('has the choice made before the first plugin that depends on the upstream', () => {
    const plugins = new Map(['a.dns', 'b.dns'].map((host) => [host, [at(`proxy-${host}`, 'STATS', 100)]]));
    const [router, balancer, late] = [at('router', 'AUTHN', 900), chooser([A, B]), at('late', 'UNSPECIFIED_PHASE', 1)];
    const { routes } = choose((host) => [router, ...plugins.get(host)!, balancer, late]);
    const listOf = (host: string) => [
      'router AUTHN 900',
      'chooser STATS 100.5',
      `proxy-${host} STATS 100`,
      'late UNSPECIFIED_PHASE 1',
    ];
    expect(routes.map((one) => shape(one)[2])).toEqual(['a.dns', 'b.dns', 'a.dns', 'b.dns'].map(listOf));
    expect(routes.map(({ match }) => match.shareUpTo)).toEqual([undefined, undefined, 600_000, undefined]);
    const again = choose((host) => [router, ...plugins.get(host)!, balancer, late]).routes;
    expect(again[0]?.plugins[1]).toBe(routes[0]?.plugins[1]);
  });

  it('has the choice made before a plugin that changes what routes are found by', () => {
    const plugins = [at('guard', 'AUTHN', 310), at('rewriter', 'UNSPECIFIED_PHASE', 100), chooser([A])];
    expect(choose(() => plugins).routes.map((one) => shape(one)[2])).toEqual(
      Array(2).fill(['guard AUTHN 310', 'chooser UNSPECIFIED_PHASE 100.5', 'rewriter UNSPECIFIED_PHASE 100']),
    );
  });

  it('also leads to upstreams that only the plugin names, and has something to say when they are missing', () => {
    const plugins = [chooser([A, C])];
    const { routes, chosen } = choose(() => plugins);
    expect(routes.map((one) => shape(one).slice(0, 2))).toEqual([
      [A, [[A, 1]]],
      [C, [[C, 1]]],
      [
        undefined,
        [
          [A, 60],
          [B, 40],
        ],
      ],
    ]);
    expect(chosen).toEqual([
      {
        ref: expect.objectContaining({ host: 'c.dns', port: 80 }),
        problem: expect.objectContaining({ severity: 'error', value: C, message: expect.stringContaining(C) }),
      },
    ]);
  });
});
