import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { parseHttp2Rpc } from './http2rpc.ts';
import { parseMcpBridge } from './mcp-bridge.ts';
import type { Parsed } from './object.ts';
import { parseWasmPlugin } from './wasm-plugin.ts';

const defaults = { namespace: 'higress-system' };
const doc = (text: string) => ({ value: parse(text) as unknown, file: 'a.yaml:3' });
const told = ({ problems }: { problems: Parsed<unknown>['problems'] }) =>
  problems.map(
    ({ severity, origin, message, hint }) => `${severity} ${origin.path}: ${message}${hint ? ` (${hint})` : ''}`,
  );

describe('McpBridge', () => {
  it('reads all fields, fills in defaults and takes intervals in nanoseconds and as durations', () => {
    const { object, problems } = parseMcpBridge(
      doc(`
metadata: {name: default}
spec:
  registries:
    - {type: nacos2, name: a, domain: 10.0.0.1, port: 8848, nacosGroups: [DEFAULT_GROUP], nacosRefreshInterval: 30000000000}
    - {type: nacos3, name: b, domain: n, port: 1, nacosRefreshInterval: 1m30s, consulRefreshInterval: '5000000000', vport: {default: 80, services: [{name: x, value: 81}]}}
    - {type: static, name: c, domain: '1.2.3.4:80', port: 80, protocol: https, sni: x.y, metadata: {k: {innerMap: {a: b}}}}
  proxies: [{type: HTTP, name: p, serverAddress: h, serverPort: 3128}]`),
      defaults,
    );
    expect(problems).toEqual([]);
    expect(object?.file).toBe('a.yaml:3');
    expect(object?.metadata.namespace).toBe('higress-system');
    expect(object?.spec.registries.map(({ path, config }) => [path, config.nacosRefreshInterval])).toEqual([
      ['spec.registries[0]', 30_000],
      ['spec.registries[1]', 90_000],
      ['spec.registries[2]', 0],
    ]);
    expect(object?.spec.registries[1]?.config).toMatchObject({ consulRefreshInterval: 5000, vport: { default: 80 } });
    expect(object?.spec.proxies).toMatchObject([{ connectTimeout: 1200, listenerPort: 0 }]);
  });

  it('takes the type of a proxy in any case, and knows only HTTP', () => {
    const proxies = (type: string) =>
      parseMcpBridge(
        doc(
          `{metadata: {name: default}, spec: {proxies: [{type: ${type}, name: p, serverAddress: h, serverPort: 1}]}}`,
        ),
        defaults,
      );
    expect(proxies('http').object?.spec.proxies).toMatchObject([{ type: 'HTTP' }]);
    expect(proxies('socks5').object?.spec.proxies).toEqual([]);
    expect(told(proxies('socks5'))).toEqual([expect.stringContaining('error spec.proxies[0].type')]);
  });

  it('leaves out the registry that is wrong and keeps the others', () => {
    const parsed = parseMcpBridge(
      doc(`
metadata: {name: default}
spec:
  registries:
    - {type: static, name: a, port: '80', domian: x}
    - {type: dns, name: b, domain: x.com, port: 80}
    - {type: dns, nacosRefreshInterval: often, port: 70000}
    - oops`),
      defaults,
    );
    expect(parsed.object?.spec.registries.map(({ config }) => config.name)).toEqual(['b']);
    expect(told(parsed)).toEqual([
      'warning spec.registries[0].domian: spec.registries[0].domian is not a field that is known, and is ignored (did you mean domain?)',
      'error spec.registries[0].port: spec.registries[0].port must be a number, not the text "80"',
      'error spec.registries[2].name: spec.registries[2].name is missing; it must be a text',
      'error spec.registries[2].port: spec.registries[2].port must be at most 65535, not the number 70000',
      'error spec.registries[2].nacosRefreshInterval: spec.registries[2].nacosRefreshInterval must be nanoseconds or a duration such as 30s, not the text "often"',
      'error spec.registries[3]: spec.registries[3] must be a map, not the text "oops"',
    ]);
  });
});

describe('WasmPlugin', () => {
  it('keeps unknown configuration keys and the difference between absent and given', () => {
    const { object, problems } = parseWasmPlugin(
      doc(`
metadata: {name: p, namespace: x}
spec:
  url: oci://h/p:1
  priority: null
  defaultConfig: {any: {thing: [1]}}
  matchRules: [{ingress: [a], config: {b: 1}, configDisable: false}]`),
      defaults,
    );
    expect(problems).toEqual([]);
    expect(object?.metadata.namespace).toBe('x');
    expect(object?.spec).toMatchObject({
      defaultConfig: { any: { thing: [1] } },
      failStrategy: 'FAIL_CLOSE',
      incomplete: false,
    });
    expect(object?.spec.phase).toBeUndefined();
    expect(object?.spec.pluginConfig).toBeUndefined();
    expect(object?.spec.matchRules[0]).toMatchObject({
      path: 'spec.matchRules[0]',
      rule: { ingress: ['a'], domain: [], config: { b: 1 } },
    });
  });

  it('drops a rule of the wrong form and refuses an object of the wrong form', () => {
    const rules = parseWasmPlugin(
      doc('{metadata: {name: p}, spec: {url: u, matchRules: [{ingress: a}, {domain: [d]}]}}'),
      defaults,
    );
    expect(rules.object?.spec.matchRules.map(({ path }) => path)).toEqual(['spec.matchRules[1]']);
    expect(rules.object?.spec.incomplete).toBe(true);
    expect(told(rules)).toEqual([
      'error spec.matchRules[0].ingress: spec.matchRules[0].ingress must be a list, not the text "a"',
    ]);
    const wrong = parseWasmPlugin(
      doc('{metadata: {name: p}, spec: {phase: FIRST, priority: 1.5, pluginConfig: text}}'),
      defaults,
    );
    expect(wrong.object).toBeUndefined();
    expect(told(wrong)).toEqual([
      'error spec.url: spec.url is missing; it must be a text',
      'error spec.pluginConfig: spec.pluginConfig must be a map of configuration keys, not a text',
      expect.stringMatching(/^error spec.phase: .*one of UNSPECIFIED_PHASE, .*, not the text "FIRST"$/),
      'error spec.priority: spec.priority must be a whole number, not the number 1.5',
    ]);
  });

  it('needs a name', () => {
    expect(told(parseWasmPlugin(doc('{spec: {url: u}}'), defaults))).toEqual([
      'error metadata.name: metadata.name is missing (give the object a name)',
    ]);
  });
});

describe('Http2Rpc', () => {
  it('is read', () => {
    const { object, problems } = parseHttp2Rpc(
      doc(
        '{metadata: {name: r}, spec: {dubbo: {service: com.S, methods: [{serviceMethod: m, httpPath: /m, httpMethods: [GET]}]}}}',
      ),
      defaults,
    );
    expect([object?.spec.dubbo?.methods[0]?.serviceMethod, problems]).toEqual(['m', []]);
  });
});
