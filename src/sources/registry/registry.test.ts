import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Problem } from '#ir/types.ts';
import { createLogger } from '#lib/log.ts';
import { SecretText } from '#lib/secret.ts';
import { type McpBridge, parseMcpBridge } from '#model/mcp-bridge.ts';
import type { RegistryService } from '#model/registry-service.ts';
import type { Secret } from '#model/secret.ts';
import { manualClock } from '#test/clock.ts';
import { FakeNacos } from '#test/nacos-fake.ts';
import { RegistryManager, type RegistryManagerOptions } from './manager.ts';
import { wholeWeights } from './nacos/service.ts';
import type { RegistryTuning } from './registry.ts';

const SYSTEM = 'higress-system';
const TUNING: Partial<RegistryTuning> = {
  minRefreshMs: 1,
  defaultRefreshMs: 50,
  graceMs: 200,
  backoffBaseMs: 10,
  backoffMaxMs: 40,
  requestTimeoutMs: 1000,
};

const bridge = (registries: readonly object[], name = 'default', namespace = SYSTEM): McpBridge => {
  const { object, problems } = parseMcpBridge(
    { value: { metadata: { name, namespace }, spec: { registries } } },
    { namespace },
  );
  expect(problems).toEqual([]);
  return object!;
};
const secret = (name: string, data: Record<string, string>): Secret => ({
  kind: 'Secret',
  apiVersion: 'v1',
  metadata: { name, namespace: SYSTEM, labels: {}, annotations: {} },
  type: 'Opaque',
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, new SecretText(value)])),
});

const managers: RegistryManager[] = [];
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.stop();
});

function manage(options: Partial<RegistryManagerOptions> = {}) {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({
    component: 'test',
    level: 'info',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  const deliveries: (readonly RegistryService[])[] = [];
  let wake: () => void = () => undefined;
  const manager = new RegistryManager({
    systemNamespace: SYSTEM,
    log,
    onServices: (services) => {
      deliveries.push(services);
      wake();
    },
    onProblems: () => wake(),
    tuning: TUNING,
    ...options,
  });
  managers.push(manager);
  const until = async (holds: () => boolean) => {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        // Some conditions change without an event.
        const timer = setTimeout(resolve, 10);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  return { manager, lines, deliveries, until };
}
const hosts = (services: readonly RegistryService[]) => services.map(({ host }) => host);
const told = (problems: readonly Problem[]) =>
  problems.map(({ severity, reason, origin, message }) => [severity, reason, origin.path, message]);

describe('static and dns', () => {
  it('are services as they stand in the McpBridge', () => {
    const { manager } = manage();
    manager.update(
      [
        bridge([
          { type: 'static', name: 'a', domain: '1.2.3.4:80, [2001:db8::1]:81', port: 8080 },
          { type: 'static', name: 'b', domain: '1.2.3.4:80', port: 443, protocol: 'GRPCS', sni: 's.com' },
          { type: 'dns', name: 'c', domain: 'api.openai.com', port: 443, protocol: 'https' },
          { type: 'dns', name: 'd', domain: 'x.com,y.museum', port: 80 },
        ]),
      ],
      [],
    );
    expect(manager.services).toMatchObject([
      {
        host: 'a.static',
        port: 8080,
        protocol: 'http',
        resolution: 'endpoints',
        instances: [
          { address: '1.2.3.4', port: 80, weight: 1 },
          { address: '2001:db8::1', port: 81 },
        ],
      },
      { host: 'b.static', protocol: 'grpcs', sni: 's.com' },
      {
        host: 'c.dns',
        port: 443,
        protocol: 'https',
        resolution: 'dns',
        sni: 'api.openai.com',
        instances: [{ address: 'api.openai.com', port: 443 }],
      },
      { host: 'd.dns', instances: [{ address: 'x.com' }, { address: 'y.museum' }] },
    ]);
    expect(manager.services[3]?.sni).toBeUndefined();
    expect(manager.status().map(({ health }) => health)).toEqual(
      Array(4).fill({ ready: true, healthy: true, services: 1 }),
    );
    expect([manager.problems, manager.settled]).toEqual([[], true]);
  });

  it('are refused with the entry that is wrong; others work', () => {
    const { manager } = manage();
    manager.update(
      [
        bridge([
          { type: 'static', name: 'a', domain: '1.2.3.4:80,1.2.3.4,x.com:80,1.2.3.4:0', port: 80 },
          { type: 'dns', name: 'b', domain: '1.2.3.4,localhost,x.com:80,-x.com', port: 80 },
          { type: 'dns', name: 'c_', domain: '', port: 0, protocol: 'gopher' },
          { type: 'zookeeper', name: 'z' },
          { type: '__proto__', name: 'z' },
          { type: 'dns', name: 'ok', domain: 'x.com', port: 80 },
        ]),
      ],
      [],
    );
    expect(hosts(manager.services)).toEqual(['ok.dns']);
    expect(told(manager.problems).map(([, , path, message]) => [path, message])).toEqual([
      [
        'spec.registries[0].domain',
        'spec.registries[0].domain: domain entry "1.2.3.4" is not an IP address with a port',
      ],
      [
        'spec.registries[0].domain',
        'spec.registries[0].domain: domain entry "x.com:80" is not an IP address with a port',
      ],
      [
        'spec.registries[0].domain',
        'spec.registries[0].domain: domain entry "1.2.3.4:0" is not an IP address with a port',
      ],
      [
        'spec.registries[1].domain',
        'spec.registries[1].domain: domain entry "1.2.3.4" is an address, not a host name; type static takes addresses',
      ],
      ['spec.registries[1].domain', 'spec.registries[1].domain: domain entry "localhost" has a single label'],
      [
        'spec.registries[1].domain',
        'spec.registries[1].domain: domain entry "x.com:80" holds a port; the port belongs into the field port',
      ],
      ['spec.registries[1].domain', 'spec.registries[1].domain: domain entry "-x.com" is not a host name'],
      ['spec.registries[2].name', 'spec.registries[2].name: name "c_" cannot be part of a host name'],
      ['spec.registries[2].port', 'spec.registries[2].port: port is missing: it is the port of the service'],
      ['spec.registries[2].protocol', 'spec.registries[2].protocol: protocol "gopher" is not known'],
      ['spec.registries[2].domain', 'spec.registries[2].domain: domain is empty: it must list host names'],
      ['spec.registries[3].type', 'spec.registries[3].type: registry type "zookeeper" is not supported'],
      ['spec.registries[4].type', 'spec.registries[4].type: registry type "__proto__" is not supported'],
    ]);
  });
});

describe('the manager', () => {
  it('tells duplicates and objects that do not count', () => {
    const { manager } = manage();
    const one = { type: 'dns', name: 'a', domain: 'x.com', port: 80 };
    manager.update([bridge([one, { ...one, port: 81 }]), bridge([one], 'other'), bridge([one], 'default', 'mine')], []);
    expect(manager.services.map(({ port }) => port)).toEqual([80]);
    expect(told(manager.problems).map(([severity, reason]) => [severity, reason])).toEqual([
      ['error', 'RegistryDuplicate'],
      ['warning', 'WrongName'],
      ['warning', 'WrongNamespace'],
    ]);
  });

  it('touches only what changed, and keeps a registry whose entry became wrong', () => {
    const { manager, deliveries } = manage();
    const a = { type: 'dns', name: 'a', domain: 'x.com', port: 80 };
    const b = { type: 'dns', name: 'b', domain: 'y.com', port: 80 };
    manager.update([bridge([a, b])], []);
    const first = manager.services;
    manager.update([bridge([a, b])], []);
    expect(deliveries.length).toBe(1);
    manager.update([bridge([a, { ...b, port: 81 }])], []);
    expect([manager.services[0] === first[0], manager.services[1]?.port]).toEqual([true, 81]);
    manager.update([bridge([a, { ...b, domain: 'bad' }])], []);
    expect([manager.services[1]?.port, manager.problems.length]).toEqual([81, 1]);
    manager.update([bridge([b])], []);
    expect(hosts(manager.services)).toEqual(['b.dns']);
    manager.update([], []);
    expect([manager.services, manager.problems]).toEqual([[], []]);
  });
});

describe('weights', () => {
  it('become integers with the same shares', () => {
    expect([
      wholeWeights([1, 1]),
      wholeWeights([0.5, 1]),
      wholeWeights([0.01, 1]),
      wholeWeights([1, 9]),
      wholeWeights([]),
      wholeWeights([0.001, 10_000]),
    ]).toEqual([[1, 1], [1, 2], [1, 100], [1, 9], [], [1, 1_000_000]]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 20 }), (hundredths) => {
        const weights = wholeWeights(hundredths.map((weight) => weight / 100));
        const [first = 0] = weights;
        for (const [index, weight] of weights.entries()) {
          expect(Number.isInteger(weight) && weight >= 1).toBe(true);
          expect(weight * (hundredths[0] ?? 0)).toBe(first * (hundredths[index] ?? 0));
        }
      }),
    );
  });
});

describe('nacos', () => {
  let server: FakeNacos;
  beforeEach(async () => {
    server = new FakeNacos();
    await server.start();
  });
  afterEach(() => server.stop());
  const registry = (more: object = {}) => ({
    type: 'nacos2',
    name: 'n',
    domain: '127.0.0.1',
    port: server.port,
    nacosGroups: ['DEFAULT_GROUP'],
    ...more,
  });
  const host = (ip: string, more: object = {}) => ({ ip, port: 80, ...more });

  it('names services by the rule, with pages, groups, namespace, weights, protocol and healthy instances only', async () => {
    for (let n = 0; n < 120; n++) server.services.set(`DEFAULT_GROUP@@svc_${n}`, [host('10.0.0.1')]);
    server.services.set('g_2@@Other', [
      host('10.0.0.9', { weight: 0.5, port: 90, metadata: { protocol: 'grpc', a: 'b' } }),
      host('10.0.0.3', { weight: 1, healthy: false }),
      host('10.0.0.4', { weight: 1, enabled: false }),
      host('10.0.0.5', { weight: 0 }),
      host('10.0.0.10', { weight: 1, metadata: { protocol: 'tri' } }),
    ]);
    server.services.set('g_2@@consumers:x', [host('10.0.0.1')]);
    server.services.set('g_2@@own', [host('10.0.0.1', { metadata: { 'register-resource': 'mcp-bridge' } })]);
    server.services.set('g_2@@named', [host('a.internal')]);
    server.services.set('unlisted@@x', [host('10.0.0.1')]);
    const { manager, until } = manage();
    manager.update(
      [
        bridge([
          registry({
            nacosGroups: ['DEFAULT_GROUP', 'g_2'],
            nacosNamespace: 'n_s',
            vport: { services: [{ name: 'SVC_7.default-group.n-s.nacos', value: 7777 }] },
          }),
        ]),
      ],
      [],
    );
    await until(() => manager.services.length === 122);
    expect(manager.services.find(({ host: name }) => name === 'Other.g-2.n-s.nacos')).toEqual({
      host: 'Other.g-2.n-s.nacos',
      registry: { type: 'nacos2', name: 'n' },
      port: 80,
      protocol: 'grpc',
      resolution: 'endpoints',
      instances: [
        { address: '10.0.0.10', port: 80, weight: 2, metadata: { protocol: 'tri' } },
        { address: '10.0.0.9', port: 90, weight: 1, metadata: { protocol: 'grpc', a: 'b' } },
      ],
    });
    expect(manager.services.find(({ host: name }) => name === 'named.g-2.n-s.nacos')?.resolution).toBe('dns');
    expect(manager.services.find(({ host: name }) => name === 'svc_7.DEFAULT-GROUP.n-s.nacos')?.port).toBe(7777);
    expect(server.requests.find(({ path }) => path.endsWith('/list'))?.query).toMatchObject({ namespaceId: 'n_s' });
    expect([manager.settled, manager.problems]).toEqual([true, []]);
  });

  it('follows instances, keeps the last ones of an empty service for the grace period, then lets go', async () => {
    server.services.set('DEFAULT_GROUP@@a', [host('10.0.0.1'), host('10.0.0.2')]);
    const { manager, until } = manage();
    const ips = () => manager.services[0]?.instances.map(({ address }) => address).join();
    manager.update([bridge([registry()])], []);
    await until(() => ips() === '10.0.0.1,10.0.0.2');
    server.services.set('DEFAULT_GROUP@@a', [host('10.0.0.2'), host('10.0.0.1', { healthy: false })]);
    await until(() => ips() === '10.0.0.2');
    server.services.set('DEFAULT_GROUP@@a', []);
    const emptied = Date.now();
    await until(() => manager.services.length === 0);
    expect(Date.now() - emptied).toBeGreaterThanOrEqual(190);
    server.services.set('DEFAULT_GROUP@@a', [host('10.0.0.3')]);
    await until(() => ips() === '10.0.0.3');
    server.services.clear();
    const vanished = Date.now();
    await until(() => manager.services.length === 0);
    expect(Date.now() - vanished).toBeGreaterThanOrEqual(190);
  });

  it.each([
    ['an empty page before the end', '{"count": 60, "doms": []}'],
    ['null', '{"count": 60, "doms": null}'],
    ['no JSON', '<html>'],
  ])('discards a list with %s and keeps what it had', async (_, answer) => {
    for (let n = 0; n < 60; n++) server.services.set(`DEFAULT_GROUP@@s${n}`, [host('10.0.0.1')]);
    const { manager, until, lines } = manage();
    manager.update([bridge([registry()])], []);
    await until(() => manager.services.length === 60);
    server.page = { number: 2, answer };
    await until(() => manager.problems.length === 1);
    const before = server.count('/nacos/v1/ns/service/list');
    await until(() => server.count('/nacos/v1/ns/service/list') > before + 20);
    expect(manager.services.length).toBe(60);
    server.page = undefined;
    await until(() => manager.problems.length === 0);
    expect(manager.services.length).toBe(60);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'registry does not answer; its last known services stay, failures are counted until it does',
      'registry answers again',
    ]);
    expect(lines[1]?.suppressed).toBeGreaterThan(5);
  });

  it('starts while the server is down, and is there when it comes', async () => {
    await server.stop();
    const { manager, until } = manage();
    manager.update([bridge([registry(), { type: 'dns', name: 'd', domain: 'x.com', port: 80 }])], []);
    await until(() => manager.problems.length === 1);
    expect(told(manager.problems)[0]).toEqual([
      'error',
      'RegistryUnavailable',
      'spec.registries[0]',
      expect.stringMatching(
        /^registry nacos2\/n does not answer since .*ECONNREFUSED; it has delivered no service yet$/,
      ),
    ]);
    expect(manager.status()[0]?.health).toMatchObject({ ready: false, healthy: false, services: 0 });
    expect(hosts(manager.services)).toEqual(['d.dns']);
    server.services.set('DEFAULT_GROUP@@a', [host('10.0.0.1')]);
    await server.start();
    await until(() => manager.services.length === 2);
    expect(manager.status()[0]?.health).toEqual({ ready: true, healthy: true, services: 1 });
  });

  it('logs in, renews its token, and takes a changed Secret without a restart', async () => {
    server.user = { name: 'u', password: 'right' };
    server.services.set('DEFAULT_GROUP@@a', [host('10.0.0.1')]);
    const { manager, until, lines } = manage();
    const bridges = [bridge([registry({ authSecretName: 's' })])];
    manager.update(bridges, []);
    expect(told(manager.problems)[0]?.slice(1, 3)).toEqual(['SecretMissing', 'spec.registries[0].authSecretName']);
    manager.update(bridges, [secret('s', { nacosUsername: 'u' })]);
    expect(manager.problems[0]?.message).toMatch(/has no key nacosPassword/);
    manager.update(bridges, [secret('s', { nacosUsername: 'u', nacosPassword: 'wrong' })]);
    await until(() => manager.problems[0]?.reason === 'RegistryUnavailable');
    expect(manager.problems[0]?.message).toMatch(/Nacos refuses user "u" or its password/);
    manager.update(bridges, [secret('s', { nacosUsername: 'u', nacosPassword: 'right' })]);
    await until(() => manager.services.length === 1 && manager.problems.length === 0);
    // The server forgets all tokens.
    server.tokens += 5;
    const before = server.count('/nacos/v1/ns/service/list');
    await until(() => server.count('/nacos/v1/ns/service/list') > before + 3);
    expect(manager.problems).toEqual([]);
    expect(JSON.stringify(lines)).not.toMatch(/right|wrong|token-/);
    expect(server.requests.every(({ query }) => query.password === undefined)).toBe(true);
  });

  it('asks an address server where Nacos is', async () => {
    server.services.set('DEFAULT_GROUP@@a', [host('10.0.0.1')]);
    const { manager, until } = manage();
    manager.update([bridge([registry({ domain: '', nacosAddressServer: `127.0.0.1:${server.port}` })])], []);
    await until(() => manager.services.length === 1);
  });

  it('keeps its services while it is started anew, and tells what two registries both know', async () => {
    server.services.set('DEFAULT_GROUP@@a', [host('10.0.0.1')]);
    const { manager, until, deliveries } = manage();
    manager.update([bridge([registry()])], []);
    await until(() => manager.services.length === 1);
    manager.update([bridge([registry({ nacosGroups: ['DEFAULT_GROUP', 'more'] }), registry({ name: 'second' })])], []);
    await until(() => manager.problems[0]?.reason === 'RegistryHostConflict' && manager.settled);
    expect(deliveries.every((services) => services.length === 1)).toBe(true);
    expect(manager.services[0]?.registry.name).toBe('n');
  });

  it('leaves no timer and no socket behind', async () => {
    for (let n = 0; n < 20; n++) server.services.set(`DEFAULT_GROUP@@s${n}`, [host('10.0.0.1')]);
    const used = (kind: string) => process.getActiveResourcesInfo().filter((name) => name === kind).length;
    const left = () => [used('UDPWrap'), used('TCPSocketWrap'), used('TCPServerWrap')].join();
    /** Jest itself has timers of a moment when it runs a file in its own process. */
    const soon = async (holds: () => boolean) => {
      for (const end = Date.now() + 5_000; !holds() && Date.now() < end; )
        await new Promise((resolve) => setImmediate(resolve));
    };
    await soon(() => left() === '0,0,1');
    const timers = used('Timeout');
    for (const stopAt of [0, 5, 20]) {
      const { manager, until } = manage();
      manager.update([bridge([registry()])], []);
      await until(() => server.requests.length >= stopAt && (stopAt < 20 || manager.services.length === 20));
      await manager.stop();
      server.requests.length = 0;
    }
    await soon(() => left() === '0,0,1' && used('Timeout') <= timers);
    expect([left(), used('Timeout') <= timers, server.requests.length]).toEqual(['0,0,1', true, 0]);
  });

  it('backs off with jitter between its attempts', async () => {
    await server.stop();
    const clock = manualClock();
    const { manager, until } = manage({ clock, random: () => 1, tuning: {} });
    const failures = () => manager.suppressedLines;
    manager.update([bridge([registry()])], []);
    await until(() => manager.problems.length === 1);
    for (const [index, seconds] of [1, 2, 4, 8, 16, 30, 30].entries()) {
      await clock.advance(seconds * 1000 - 1);
      expect(failures()).toBe(index);
      await clock.advance(1);
      await until(() => failures() === index + 1 && clock.pending > 0);
    }
  });
});
