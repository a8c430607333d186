import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PluginBinding } from '#ir/types.ts';
import type { World } from '#model/world.ts';
import {
  bridge,
  endpoints,
  type Item,
  ingress,
  registryService,
  service,
  settings,
  Translated,
  to,
  translated,
  world,
} from '#test/builders.ts';
import { builtin } from '#test/ir.ts';
import { noPlugins, type PluginBinder } from './plugin-binder.ts';
import { createTranslator } from './translate.ts';

const catalogue = { get: () => undefined, names: () => [] };
const web = service('web').port(8080);

/** Binds one plugin to the hosts that `test` takes, configured with `config`. */
function binder(domains: readonly string[], test: (host: string) => boolean, config: unknown = {}): PluginBinder {
  const binding: PluginBinding = builtin('mark', config);
  return {
    prepare: () => ({
      keepsPath: () => true,
      problems: [],
      domains,
      version: '1',
      bindingsFor: ({ hostName }) => (test(hostName) ? [binding] : []),
    }),
  };
}

describe('plugins', () => {
  it('are asked for every route with its name, host and destinations', () => {
    const asked: unknown[] = [];
    const spy: PluginBinder = {
      prepare: () => ({
        ...noPlugins.prepare([], []),
        bindingsFor: (route) => {
          asked.push(route);
          return [];
        },
      }),
    };
    const moved = ingress('m').annotate({ 'temporal-redirect': 'http://b.test' }).rule('m.test', '/');
    new Translated([web, ingress('i').rule('a.test', '/'), moved], { binder: spy });
    expect(asked).toEqual([
      {
        routeName: 'default/i',
        hostName: 'a.test',
        destinations: [{ host: 'web.default.svc.cluster.local', port: 8080 }],
      },
      { routeName: 'default/m', hostName: 'm.test', destinations: [] },
    ]);
  });

  it('a name in their rules that only a wildcard host covers gets a host of its own', () => {
    const plugins = binder(['a.w.test', 'x.other', '*.deep.w.test'], (host) => host === 'a.w.test');
    const result = new Translated([web, ingress('i').rule('*.w.test', '/')], { binder: plugins });
    expect(result.gateway.hosts.map(({ name, routes }) => [name, routes[0]?.plugins.length])).toEqual([
      ['*.deep.w.test', 0],
      ['*.w.test', 0],
      ['a.w.test', 1],
    ]);
    expect(result.route('a.w.test').id).toBe('a.w.test|default/i|0');
  });

  it('inherited routes are bound for the host that serves them', () => {
    const plugins = binder([], (host) => host === 'a.test');
    const items = [web, ingress('all').rule('', '/'), ingress('a').rule('a.test', '/x')];
    const result = new Translated(items, { binder: plugins });
    expect(result.host('a.test').routes.map((route) => route.plugins.length)).toEqual([1, 1]);
    expect(result.route('*').plugins).toEqual([]);
  });

  it('upstreams in their configuration get a backend when they exist', () => {
    const config = {
      auth: { serviceName: 'auth.static', servicePort: 81 },
      list: [{ host: 'log.ns.svc.cluster.local' }, 'gone.dns', 'outbound|8080||web.default.svc.cluster.local'],
    };
    const result = new Translated(
      [web, ingress('i').rule('a.test', '/'), registryService('auth.static', 81), service('log').in('ns').port(90)],
      { binder: binder([], () => true, config) },
    );
    expect(result.gateway.backends.map(({ name }) => name)).toEqual([
      'outbound|8080||web.default.svc.cluster.local',
      'outbound|81||auth.static',
      'outbound|90||log.ns.svc.cluster.local',
    ]);
    expect(result.problems).toEqual([]);
  });
});

describe('memory', () => {
  const item = (n: number) => ingress(`i${n}`).rule(`h${n}.test`, '/', to(`s${n}`));
  const items = (count: number) =>
    Array.from({ length: count }, (_, n) => [
      item(n),
      service(`s${n}`).port(8080),
      endpoints(`s${n}`, 1, '10.0.0.1'),
    ]).flat();

  it('unchanged hosts and backends stay the same objects', () => {
    const before = world(...items(5)).world;
    const changed = world(item(2).annotate({ timeout: '5' })).world.ingresses[0]!;
    const slice = world(endpoints('s3', 1, '10.0.0.9')).world.endpointSlices[0]!;
    const translator = createTranslator(settings, { catalogue, binder: noPlugins });
    const one = translator.translate(before).gateway;
    const two = translator.translate({
      ...before,
      ingresses: before.ingresses.map((old) => (old.metadata.name === 'i2' ? changed : old)),
      endpointSlices: before.endpointSlices.map((old) => (old.metadata.name === 's3-1' ? slice : old)),
    }).gateway;
    // Which endpoints an upstream has is nothing to the hosts that lead to it.
    expect(two.hosts.map((host, n) => host === one.hosts[n])).toEqual([true, true, false, true, true]);
    expect(two.backends.map((backend, n) => backend === one.backends[n])).toEqual([true, true, true, false, true]);
    expect(translator.translate(before).gateway.hosts).toEqual(one.hosts);
  });

  it('the same world twice gives the same lists', () => {
    const { world: same } = world(...items(3));
    const translator = createTranslator(settings, { catalogue, binder: noPlugins });
    const one = translator.translate(same).gateway;
    const two = translator.translate({ ...same }).gateway;
    expect(two.hosts).toBe(one.hosts);
    expect(two.backends).toBe(one.backends);
  });

  it('forgets what is gone, and gives the same as a translator without memory', () => {
    const translator = createTranslator(settings, { catalogue, binder: noPlugins });
    const all = world(...items(4)).world;
    translator.translate(all);
    const less: World = { ...all, ingresses: all.ingresses.slice(0, 2), services: all.services.slice(1) };
    const fresh = createTranslator(settings, { catalogue, binder: noPlugins });
    expect(translator.translate(less)).toEqual(fresh.translate(less));
  });

  it('one changed Ingress among 1,000 hosts costs little', () => {
    const before = world(...items(1000)).world;
    const translator = createTranslator(settings, { catalogue, binder: noPlugins });
    translator.translate(before);
    const times = Array.from({ length: 30 }, (_, n) => {
      const changed = world(item(n).annotate({ timeout: String(n + 1) })).world.ingresses[0]!;
      const next = { ...before, ingresses: before.ingresses.map((old, at) => (at === n ? changed : old)) };
      const began = performance.now();
      translator.translate(next);
      return performance.now() - began;
    }).sort((x, y) => x - y);
    // Measured about 2 ms; the bound leaves room for a busy machine.
    expect(times[Math.floor(times.length / 2)]).toBeLessThan(20);
    if (process.env.SHOW_TIMES === '1') console.log(times);
  });
});

describe('the order in which objects arrive', () => {
  const items: readonly Item[] = [
    web,
    service('next').port(8080),
    endpoints('web', 1, '10.0.0.2', '10.0.0.1'),
    ingress('a').created(1).rule('a.test', '/x').rule('*.test', '/').annotate({ 'upstream-hash-by': '$host' }),
    ingress('b').created(2).rule('a.test', '/x').annotate({ 'load-balance': 'random', 'app-root': '/b' }),
    ingress('c').created(2).rule('a.test', '/y').defaultBackend(to('next')).annotate({ 'app-root': '/c' }),
    ingress('d').defaultBackend(to('web')),
    ingress('e').rule('a.test', '/y', bridge).annotate({ destination: '50% x.static\n50% y.static' }),
    ingress('f').rule('a.test', '/x', to('next')).annotate({ canary: 'true', 'canary-weight': '10' }),
    ingress('g').rule('a.test', '/x', to('next')).annotate({ canary: 'true', 'canary-by-header': 'x' }),
    ingress('h').rule('b.test', '/x', to('gone')).tls('missing', 'b.test'),
    registryService('x.static', 80),
    registryService('x.static', 81, { registry: { type: 'static', name: 'other' } }),
  ];

  it('does not matter', () => {
    const expected = translated(...items);
    expect(expected.problems.length).toBeGreaterThan(4);
    fc.assert(
      fc.property(fc.shuffledSubarray([...items], { minLength: items.length }), (shuffled) => {
        const result = translated(...shuffled);
        expect(result.gateway).toEqual(expected.gateway);
        expect(result.problems).toEqual(expected.problems);
      }),
      { numRuns: 60 },
    );
  });
});
