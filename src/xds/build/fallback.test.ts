import { describe, expect, it } from '@jest/globals';
import type { Route } from '#ir/types.ts';
import { options, plugins } from '#test/build-cases.ts';
import { gateway, host, route } from '#test/ir.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { createBuilder } from './build.ts';
import { routeMatch } from './route-match.ts';

const named = (name: string, path: string, more: Partial<Route> = {}): Route => ({ ...route(path), name, ...more });
const conditional = (path: string) => ({
  ...route(path).match,
  headers: [
    { type: 'exact' as const, name: 'x-higress-llm-model', value: 'm' },
    { type: 'regex' as const, name: ':method', value: 'POST' },
  ],
});
const hosts = [
  host('a.test', [
    named('one', '/', { policies: { aiFallback: { route: 'two', codes: ['5xx'] }, httpsRedirect: true } }),
    named('two', '/x', { match: conditional('/x'), policies: { httpsRedirect: true } }),
    named('two', '/y'),
    named('three', '/'),
  ]),
  host('b.test', [route('/')]),
];

describe('the way back for fallbacks', () => {
  it('is not there without a fallback', () => {
    const { resources } = createBuilder(options, plugins).build(gateway({ hosts: [host('b.test', [route('/')])] }));
    expect(resources.listener.has('higress.fallback')).toBe(false);
    expect(resources.cluster.has('higress.fallback')).toBe(false);
    expect(resources.route.has('higress.fallback')).toBe(false);
  });

  it('leads to the routes that others fall back to, by name and path, and to no other', () => {
    const { resources } = createBuilder(options, plugins).build(gateway({ hosts }));
    const table = resources.route.get('higress.fallback')?.message as {
      virtual_hosts: { name: string; routes: Message[] }[];
    };
    expect(table.virtual_hosts.map(({ name }) => name)).toEqual(['a.test']);
    const routes = table.virtual_hosts[0]?.routes ?? [];
    expect(routes.map(({ match }) => (match as Message).headers)).toEqual([
      [
        { name: 'x-higress-fallback-to', string_match: { exact: 'two' } },
        { name: ':method', string_match: { safe_regex: { regex: 'POST' } } },
      ],
      [{ name: 'x-higress-fallback-to', string_match: { exact: 'two' } }],
    ]);
    // Plain requests are redirected to https; those of the gateway itself are not.
    expect(routes.every((one) => one.route !== undefined)).toBe(true);
    expect(routes[0]?.request_headers_to_remove).toEqual(['x-higress-fallback-to', 'x-higress-fallback-try']);
  });

  it('is a socket beside the egress socket, or an abstract one', () => {
    const pathOf = (egress: typeof options.egress) => {
      const { resources } = createBuilder({ ...options, egress }, plugins).build(gateway({ hosts }));
      const text = JSON.stringify([
        resources.listener.get('higress.fallback')?.message.address,
        resources.cluster.get('higress.fallback')?.message.load_assignment,
      ]);
      return [...text.matchAll(/"path":"([^"]+)"/g)].map(([, path]) => path);
    };
    expect(pathOf({ socket: '/run/x/egress.sock' })).toEqual(['/run/x/fallback.sock', '/run/x/fallback.sock']);
    expect(pathOf({ host: '0.0.0.0', port: 1 })).toEqual(['@higress.fallback', '@higress.fallback']);
  });

  it('takes its own headers from nobody outside', () => {
    const { resources } = createBuilder(options, plugins).build(gateway({ hosts }));
    const removed = (name: string) => JSON.stringify(resources.listener.get(name)).includes('"x-higress-fallback-to"');
    expect([removed('http'), removed('higress.fallback')]).toEqual([true, false]);
  });

  it('hands out the same objects as long as nothing of it changes', () => {
    const builder = createBuilder(options, plugins);
    const first = builder.build(gateway({ hosts })).resources;
    const [a, b] = hosts;
    const second = builder.build(gateway({ hosts: [a!, { ...b!, routes: [route('/new')] }] })).resources;
    for (const type of ['route', 'cluster', 'listener'] as const) {
      expect(second[type].get('higress.fallback')).toBe(first[type].get('higress.fallback'));
    }
  });
});

describe('a share of the requests', () => {
  it('is a fraction of the match', () => {
    expect(routeMatch({ ...route('/').match, shareUpTo: 250_000 }).runtime_fraction).toEqual({
      default_value: { numerator: 250_000, denominator: 'MILLION' },
    });
  });
});
