import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import type { BuiltinBinding } from '#ir/types.ts';
import { SecretText } from '#lib/secret.ts';
import type { Secret } from '#model/secret.ts';
import { parseWasmPlugin, type WasmPlugin } from '#model/wasm-plugin.ts';
import { createCatalogue } from '#plugin-sdk/catalogue.ts';
import { definePlugin, PluginConfigError, type PluginDefinition } from '#plugin-sdk/definition.ts';
import { redactConfig } from '#plugin-sdk/redact.ts';
import {
  type BinderOptions,
  createLastGood,
  createPluginBinder,
  type PluginInstance,
  type PreparedPlugins,
} from './bind.ts';
import type { RouteFacts } from './match.ts';

function builtin(name: string, rest: Partial<PluginDefinition> & { priority?: number } = {}): PluginDefinition {
  const { priority = 10, ...more } = rest;
  return definePlugin({
    manifest: { name, version: '1', title: name, summary: name, phase: 'AUTHN', priority, category: 'traffic' },
    schema: z.looseObject({ n: z.number().optional(), list: z.array(z.object({ text: z.string() })).optional() }),
    ...more,
  });
}

const merging = builtin('merging', {
  priority: 20,
  schema: z.looseObject({ base: z.string().optional(), allow: z.array(z.string()).optional() }),
  effectiveConfig(global, rule, facts) {
    const all = { ...(global as object), ...(rule as object) } as { base?: string };
    if (all.base === undefined) throw new PluginConfigError('base.0.name', 'is missing', 'stands in the global part');
    return rule === undefined && facts.hasRules ? undefined : all;
  },
});
const catalogue = createCatalogue([builtin('simple'), builtin('other'), merging]);

const plugin = (text: string): WasmPlugin => {
  const [name = '', spec = ''] = text.split(/\n(.*)/s);
  const [object, ...annotations] = name.split(' ');
  const value = {
    metadata: { name: object, annotations: Object.fromEntries(annotations.map((one) => one.split('='))) },
    spec: parse(spec) as unknown,
  };
  const parsed = parseWasmPlugin({ value }, { namespace: 'higress-system' });
  if (parsed.object === undefined) throw new Error(JSON.stringify(parsed.problems));
  return parsed.object;
};
const secret = (name: string, data: Record<string, string>, namespace = 'higress-system'): Secret => ({
  kind: 'Secret',
  apiVersion: 'v1',
  metadata: { name, namespace, labels: {}, annotations: {} },
  type: 'Opaque',
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, new SecretText(value)])),
});
const binderOf = (options?: BinderOptions, settings: { pluginUrlPattern?: string } = {}) =>
  createPluginBinder(catalogue, { systemNamespace: 'higress-system', ...settings }, options);
const prepare = (plugins: readonly string[], secrets: readonly Secret[] = []) =>
  binderOf().prepare(plugins.map(plugin), secrets);
const route = (routeName: string, hostName = 'a.com', ...destinations: string[]): RouteFacts => ({
  routeName,
  hostName,
  destinations: destinations.map((text) => ({ host: text.split(':')[0] ?? '', port: Number(text.split(':')[1]) })),
});
const configs = (prepared: PreparedPlugins, facts: RouteFacts) =>
  prepared.bindingsFor(facts).map(({ config }) => config);
const told = ({ problems }: { problems: PreparedPlugins['problems'] }) =>
  problems.map(({ severity, reason, origin, message, hint }) => [severity, reason, origin.path, message, hint]);

describe('rules', () => {
  const one = (rules: string, spec = '') => prepare([`p\nurl: oci://h/simple:1\n${spec}\nmatchRules: ${rules}\n`]);

  it('replace the defaults where they match, the first match wins', () => {
    const prepared = one(
      '[{ingress: [x/r], config: {n: 1}}, {ingress: [x/r, s], config: {n: 2}}]',
      'defaultConfig: {n: 0, k: 1}',
    );
    expect(['x/r', 's', 't'].map((name) => configs(prepared, route(name)))).toEqual([
      [{ n: 1 }],
      [{ n: 2 }],
      [{ n: 0, k: 1 }],
    ]);
    expect(prepared.problems).toEqual([]);
  });

  it('without defaults leave other routes alone; without rules the empty configuration holds everywhere', () => {
    expect(configs(one('[{ingress: [r], config: {n: 1}}]', 'defaultConfig: {}'), route('t'))).toEqual([]);
    expect(
      configs(one('[{ingress: [r], config: {n: 1}}]', 'defaultConfig: {n: 2}\ndefaultConfigDisable: true'), route('t')),
    ).toEqual([]);
    expect(configs(one('[]'), route('t'))).toEqual([{}]);
    expect(configs(one('[]', 'defaultConfigDisable: true'), route('t'))).toEqual([]);
    expect(configs(one('[{ingress: [r], configDisable: true}]', 'defaultConfigDisable: true'), route('r'))).toEqual([]);
  });

  it('with configDisable are as if they were not there', () => {
    const prepared = one('[{ingress: [r], config: {n: 1}, configDisable: true}]', 'defaultConfig: {n: 2}');
    expect(configs(prepared, route('r'))).toEqual([{ n: 2 }]);
  });

  it('match domains by name, suffix and prefix, without regard to case', () => {
    const prepared = one(
      '[{domain: [A.com], config: {n: 1}}, {domain: ["*.b.com"], config: {n: 2}}, {domain: ["c.*"], config: {n: 3}}, {domain: ["*"], config: {n: 4}}]',
    );
    const hosts = ['a.com', 'x.b.com', '*.x.b.com', 'b.com', 'c.d', '*', '*.com'];
    expect(hosts.map((host) => (configs(prepared, route('r', host))[0] as { n: number }).n)).toEqual([
      1, 2, 2, 4, 3, 4, 4,
    ]);
    expect(prepared.domains).toEqual(['*.b.com', 'a.com']);
  });

  it('match services by any destination, with or without port', () => {
    const prepared = one(
      '[{service: [x.dns], config: {n: 1}}, {service: ["s.ns.svc.cluster.local:80"], config: {n: 2}}]',
    );
    const at = (...destinations: string[]) => configs(prepared, route('r', 'a.com', ...destinations));
    expect([at('y.dns:1', 'x.dns:9'), at('s.ns.svc.cluster.local:80'), at('s.ns.svc.cluster.local:81'), at()]).toEqual([
      [{ n: 1 }],
      [{ n: 2 }],
      [],
      [],
    ]);
  });

  it('with several keys need all of them', () => {
    const prepared = one('[{ingress: [r, s], domain: [a.com], service: [x.dns], config: {n: 1}}]');
    const at = (name: string, host: string, service: string) => configs(prepared, route(name, host, service)).length;
    expect([
      at('r', 'a.com', 'x.dns:1'),
      at('s', 'a.com', 'x.dns:1'),
      at('t', 'a.com', 'x.dns:1'),
      at('r', 'b.com', 'x.dns:1'),
      at('r', 'a.com', 'y.dns:1'),
    ]).toEqual([1, 1, 0, 0, 0]);
  });

  it('of routeType GRPC name routes with the prefix GRPC/', () => {
    const prepared = one('[{ingress: [ns/r], routeType: GRPC, config: {n: 1}}]');
    expect([configs(prepared, route('GRPC/ns/r')), configs(prepared, route('ns/r'))]).toEqual([[{ n: 1 }], []]);
  });

  it('may stand inside the configuration, with route prefixes and _disable_', () => {
    const rules =
      '_rules_: [{_match_route_: [off], _disable_: true}, {_match_route_prefix_: [x-], n: 1}, {_match_domain_: [a.com], _match_service_: [s.dns], n: 2}]';
    for (const key of ['defaultConfig', 'pluginConfig']) {
      const prepared = prepare([`p\nurl: simple/simple\n${key}: {n: 0, ${rules}}`]);
      expect([
        configs(prepared, route('off')),
        configs(prepared, route('x-1')),
        configs(prepared, route('r', 'a.com', 's.dns:1')),
        configs(prepared, route('r')),
      ]).toEqual([[], [{ n: 1 }], [{ n: 2 }], [{ n: 0 }]]);
    }
  });

  it('are ignored, with the defaults, when pluginConfig is there', () => {
    const prepared = one(
      '[{ingress: [r], config: {n: 1}}]',
      'defaultConfig: {n: 2}\ndefaultConfigDisable: true\npluginConfig: {n: 3}',
    );
    expect(configs(prepared, route('r'))).toEqual([{ n: 3 }]);
  });

  it('that match nothing or are never reached are told', () => {
    const prepared = one(
      '[{config: {n: 1}}, {domain: ["*.b.com"], config: {n: 2}}, {domain: [x.b.com], ingress: [r], config: {n: 3}}, {ingress: [r], config: {n: 4}}]',
    );
    expect(told(prepared).map((problem) => problem.slice(0, 3))).toEqual([
      ['error', 'PluginConfigInvalid', 'spec.matchRules[0]'],
      ['warning', 'RuleShadowed', 'spec.matchRules[2].config'],
    ]);
    expect(configs(prepared, route('r'))).toEqual([{ n: 4 }]);
  });
});

describe('plugins that merge', () => {
  it('see the global part, the rule and whether there are rules', () => {
    const prepared = prepare([
      'p\nurl: x/merging\ndefaultConfig: {base: b}\nmatchRules: [{ingress: [r], config: {allow: [c]}}]',
    ]);
    expect([configs(prepared, route('r')), configs(prepared, route('s'))]).toEqual([[{ base: 'b', allow: ['c'] }], []]);
    expect(configs(prepare(['p\nurl: x/merging\ndefaultConfig: {base: b}']), route('s'))).toEqual(
      [[{ base: 'b' }]][0]!,
    );
  });

  it('tell what is wrong where it stands, once', () => {
    const spec =
      'url: x/merging\nmatchRules: [{ingress: [r], config: {allow: [c]}}, {ingress: [s], config: {base: 1}}]';
    const prepared = prepare([`p\n${spec}\ndefaultConfig: {k: 1}`]);
    expect(told(prepared)).toEqual([
      [
        'error',
        'PluginConfigInvalid',
        'spec.defaultConfig.base[0].name',
        'spec.defaultConfig.base[0].name: is missing',
        'stands in the global part',
      ],
      [
        'error',
        'PluginConfigInvalid',
        'spec.matchRules[1].config.base',
        'spec.matchRules[1].config.base must be a text, not a number',
        undefined,
      ],
    ]);
    expect(prepared.bindingsFor(route('r'))).toEqual([]);
  });
});

describe('broken configurations', () => {
  const broken =
    'p\nurl: x/simple\ndefaultConfig: {n: 0}\nmatchRules: [{ingress: [r], config: {list: [{text: 1}]}}, {ingress: [r, s], config: {n: 2}}]';

  it('of a rule take only that rule out', () => {
    const prepared = prepare([broken]);
    expect(told(prepared)).toEqual([
      [
        'error',
        'PluginConfigInvalid',
        'spec.matchRules[0].config.list[0].text',
        'spec.matchRules[0].config.list[0].text must be a text, not a number',
        undefined,
      ],
    ]);
    expect([configs(prepared, route('r')), configs(prepared, route('t'))]).toEqual([[{ n: 2 }], [{ n: 0 }]]);
  });

  it('of the global part leave the rules at work, and take all out when there are none', () => {
    const rules = prepare([
      'p\nurl: x/simple\ndefaultConfig: {n: x}\nmatchRules: [{ingress: [r], config: {n: 1}}]',
      'q\nurl: x/other\ndefaultConfig: {n: 7}',
    ]);
    expect([configs(rules, route('r')), configs(rules, route('t'))]).toEqual([[{ n: 1 }, { n: 7 }], [{ n: 7 }]]);
    const alone = prepare(['p\nurl: x/simple\ndefaultConfig: {n: x}']);
    expect([told(alone).length, configs(alone, route('r'))]).toEqual([1, []]);
  });

  it('leave the last valid version in force when one is remembered, until the object is gone', () => {
    const binder = binderOf({ lastGood: createLastGood<PluginInstance>() });
    const good = plugin('p\nurl: x/simple\ndefaultConfig: {n: 5}');
    expect(configs(binder.prepare([good], []), route('r'))).toEqual([{ n: 5 }]);
    const stale = binder.prepare([plugin(broken)], []);
    expect(configs(stale, route('r'))).toEqual([{ n: 5 }]);
    expect(told(stale)[0]?.[4]).toBe('the last valid version stays in force');
    binder.prepare([], []);
    expect(configs(binder.prepare([plugin(broken)], []), route('t'))).toEqual([{ n: 0 }]);
  });
});

describe('recognition by url', () => {
  const kindOf = (url: string, annotation = '') =>
    prepare([`p${annotation}\nurl: ${url}`])
      .bindingsFor(route('r'))
      .map((binding) => (binding.kind === 'builtin' ? binding.plugin : binding.module))[0];

  it.each([
    'oci://higress-registry.cn-hangzhou.cr.aliyuncs.com/plugins/simple:1.0.0',
    '127.0.0.1:5000/simple',
    `oci://h/x/simple@sha256:${'a'.repeat(64)}`,
    'file:///opt/plugins/wasm-go/extensions/simple/plugin.wasm',
    'http://higress-plugin-server.higress-system.svc/plugins/simple/1.0.0/plugin.wasm',
  ])('takes %s for the built-in plugin', (url) => {
    expect(kindOf(url)).toBe('simple');
  });

  it('takes a name alone for the built-in plugin, and else for the module that the pattern says', () => {
    const pluginUrlPattern = 'http://files.test/plugins/${name}/${version}/plugin.wasm';
    const moduleOf = (url: string, settings = {}) =>
      binderOf({}, settings)
        .prepare([plugin(`p\nurl: ${url}`)], [])
        .bindingsFor(route('r'))
        .map((binding) => (binding.kind === 'builtin' ? binding.plugin : binding.module.url))[0];
    expect(moduleOf('simple')).toBe('simple');
    expect(moduleOf('simple:1.0.0', { pluginUrlPattern })).toBe('simple');
    expect(moduleOf('mine:1.2.0', { pluginUrlPattern })).toBe('http://files.test/plugins/mine/1.2.0/plugin.wasm');
    expect(moduleOf('mine:1.2.0')).toBe('oci://mine:1.2.0');
    expect(moduleOf('h/mine:1.2.0', { pluginUrlPattern })).toBe('oci://h/mine:1.2.0');
  });

  it('runs other modules as Wasm, with policy and checksum', () => {
    const sum = 'B'.repeat(64);
    expect(kindOf('oci://h/x/mine')).toEqual({ url: 'oci://h/x/mine', sha256: '', pullPolicy: 'Always' });
    expect(kindOf('h/x/mine:1')).toEqual({ url: 'oci://h/x/mine:1', sha256: '', pullPolicy: 'IfNotPresent' });
    expect(kindOf(`oci://h/x/mine@sha256:${sum}`)).toMatchObject({
      sha256: sum.toLowerCase(),
      pullPolicy: 'IfNotPresent',
    });
    expect(kindOf(`https://h/mine.wasm\nimagePullPolicy: Always\nimagePullSecret: s\nsha256: ${sum}`)).toEqual({
      url: 'https://h/mine.wasm',
      sha256: sum.toLowerCase(),
      pullPolicy: 'Always',
      pullSecret: 'higress-system/s',
    });
    expect(kindOf('oci://h/simple:1', ' higress.io/wasm-runtime=wasm')).toMatchObject({ url: 'oci://h/simple:1' });
  });

  it('refuses what is no address or contradicts itself, and helps with misspelt names', () => {
    expect(told(prepare(['p\nurl: ftp://x/y'])).map(([, reason]) => reason)).toEqual(['PluginUrlInvalid']);
    expect(
      told(prepare([`p\nurl: oci://x/y@sha256:${'a'.repeat(64)}\nsha256: ${'b'.repeat(64)}`])).map(
        ([, reason]) => reason,
      ),
    ).toEqual(['ChecksumInvalid']);
    expect(told(prepare(['p\nurl: oci://x/simpel:1']))).toEqual([
      [
        'warning',
        'NotBuiltIn',
        'spec.url',
        'spec.url names no built-in plugin; the module is fetched and run as Wasm',
        'did you mean simple?',
      ],
    ]);
    expect(
      told(prepare(['p\nurl: oci://x/simple:1\npluginName: root\nvmConfig: {env: [{name: A, value: b}]}'])).map(
        ([severity, reason]) => [severity, reason],
      ),
    ).toEqual([['warning', 'FieldIgnored']]);
  });

  it('gives modules their whole configuration, and only routes that it can matter to', () => {
    const prepared = prepare([
      'p\nurl: x/mine:1\npluginName: root\nvmConfig: {env: [{name: A, value: b}, {name: H, valueFrom: HOST}]}\nmatchRules: [{ingress: [r], domain: [d.com], config: {n: 1}}, {service: [s.dns], config: {}}]',
    ]);
    expect(prepared.bindingsFor(route('r', 'd.com'))).toMatchObject([
      {
        kind: 'wasm',
        rootId: 'root',
        env: [
          { name: 'A', value: 'b' },
          { name: 'H', fromHost: true },
        ],
        config: {
          _rules_: [{ n: 1, _match_route_: ['r'], _match_domain_: ['d.com'] }, { _match_service_: ['s.dns'] }],
        },
      },
    ]);
    expect(prepared.bindingsFor(route('t'))).toEqual([]);
    expect(configs(prepare(['p\nurl: x/mine:1\ndefaultConfig: {a: 1}']), route('t'))).toEqual([{ a: 1 }]);
  });
});

describe('order and identity', () => {
  it('sorts by phase, priority and name; the object wins over the manifest', () => {
    const prepared = prepare([
      'z\nurl: x/simple\nphase: STATS',
      'b\nurl: x/simple',
      'a\nurl: x/other',
      'm\nurl: x/merging\ndefaultConfig: {base: x}',
      'u\nurl: x/wasm:1\npriority: 1',
      'h\nurl: x/simple\nphase: UNSPECIFIED_PHASE\npriority: 100\nfailStrategy: FAIL_OPEN',
    ]);
    expect(
      prepared
        .bindingsFor(route('r'))
        .map(({ instance, phase, priority, failStrategy }) => [instance, phase, priority, failStrategy]),
    ).toEqual([
      ['higress-system/m', 'AUTHN', 20, 'closed'],
      ['higress-system/a', 'AUTHN', 10, 'closed'],
      ['higress-system/b', 'AUTHN', 10, 'closed'],
      ['higress-system/z', 'STATS', 10, 'closed'],
      ['higress-system/h', 'UNSPECIFIED_PHASE', 100, 'open'],
      ['higress-system/u', 'UNSPECIFIED_PHASE', 1, 'closed'],
    ]);
  });

  it('marks plugins that must not be lowered', () => {
    const [binding] = prepare(['p higress.io/plugin-runtime=ext-proc\nurl: x/simple']).bindingsFor(route('r'));
    expect((binding as BuiltinBinding).forceHooks).toBe(true);
  });

  it('keeps bindings, lists and the version while nothing that matters changes', () => {
    const binder = binderOf();
    const plugins = [
      plugin('p\nurl: x/simple\ndefaultConfig: {n: 1}'),
      plugin('q\nurl: x/other\nmatchRules: [{ingress: [s]}]'),
    ];
    const first = binder.prepare(plugins, []);
    expect(binder.prepare(plugins, [secret('s', {})])).toBe(first);
    const list = first.bindingsFor(route('r'));
    expect(first.bindingsFor(route('t', 'b.com'))).toBe(list);
    const second = binder.prepare([plugins[0]!, plugin('q\nurl: x/other\nmatchRules: [{ingress: [u]}]')], []);
    expect(second).not.toBe(first);
    expect(second.version).not.toBe(first.version);
    expect(second.bindingsFor(route('r'))).toBe(list);
    expect(second.bindingsFor(route('u'))[0]).toBeDefined();
  });

  it('ignores objects of other namespaces and says so', () => {
    const { object } = parseWasmPlugin(
      { value: { metadata: { name: 'p', namespace: 'x' }, spec: { url: 'x/simple' } } },
      { namespace: 'd' },
    );
    const prepared = binderOf().prepare([object!], []);
    expect([told(prepared)[0]?.[1], configs(prepared, route('r'))]).toEqual(['WrongNamespace', []]);
  });
});

describe('secrets in configurations', () => {
  const text =
    'p\nurl: x/simple\ndefaultConfig: {a: "x ${secret.s.k.e.y} ${secret.higress-system/s.b}", "${secret.s.b}": 1, list: [{text: plain}]}\nmatchRules: [{ingress: [r], config: {b: "${secret.s.b}"}}]';

  it('replace templates in texts only, whatever the secret holds', () => {
    const prepared = prepare([text], [secret('s', { 'k.e.y': '"}\n$&', b: 'B' })]);
    expect(configs(prepared, route('t'))).toEqual([{ a: 'x "}\n$& B', '${secret.s.b}': 1, list: [{ text: 'plain' }] }]);
    expect(configs(prepared, route('r'))).toEqual([{ b: 'B' }]);
  });

  it('that are missing or not of the system namespace refuse the object', () => {
    const prepared = prepare([text], [secret('s', { b: 'B' })]);
    expect(told(prepared)).toEqual([
      [
        'error',
        'SecretMissing',
        'spec.defaultConfig.a',
        'spec.defaultConfig.a names key "k.e.y" of Secret higress-system/s, which is not there',
        'create the Secret with this key',
      ],
    ]);
    expect(prepared.bindingsFor(route('r'))).toEqual([]);
    const foreign = prepare(
      ['p\nurl: x/simple\ndefaultConfig: {a: "${secret.other/s.b}"}'],
      [secret('s', { b: 'B' }, 'other')],
    );
    expect(told(foreign)[0]?.[4]).toBe('only Secrets of namespace higress-system may be named');
  });

  it('change the bindings when their value changes, and only then', () => {
    const binder = binderOf();
    const plugins = [plugin(text)];
    const with1 = (key: string) =>
      binder.prepare(plugins, [secret('s', { 'k.e.y': key, b: 'B', unused: String(Math.random()) })]);
    const first = with1('1');
    expect(with1('1')).toBe(first);
    const second = with1('2');
    expect(configs(second, route('t'))).toMatchObject([{ a: 'x 2 B' }]);
    expect(second.version).not.toBe(first.version);
  });
});

describe('redactConfig', () => {
  it('hides what is secret by name, or because the plugin says so', () => {
    const config = {
      apiTokens: ['a'],
      max_tokens: 5,
      consumers: [{ name: 'n', credential: 'c', pin: 'p' }],
      password: new SecretText('x'),
      secretName: 's',
      a: { b: 'c' },
    };
    expect(redactConfig(config, { secretKeys: ['a.b', 'consumers.pin'] })).toEqual({
      apiTokens: '[redacted]',
      max_tokens: 5,
      consumers: [{ name: 'n', credential: '[redacted]', pin: '[redacted]' }],
      password: '[redacted]',
      secretName: 's',
      a: { b: '[redacted]' },
    });
  });
});
