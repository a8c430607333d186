/** Discovery from a real Nacos 2.2.4, over its life: pages, groups, weights, health, an outage, a restart with other instances, removal. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '#lib/log.ts';
import { parseMcpBridge } from '#model/mcp-bridge.ts';
import type { RegistryService } from '#model/registry-service.ts';
import { RegistryManager } from '../../src/sources/registry/manager.ts';
import { type ServiceScript, serviceScript } from '../support/service-script.ts';

let nacos: ServiceScript;
let manager: RegistryManager;
const lines: Record<string, unknown>[] = [];
let changed: () => void = () => undefined;

/** Instances stay healthy without beats for as long as the test runs. */
const STEADY = { 'preserved.heart.beat.timeout': '600000', 'preserved.ip.delete.timeout': '900000' };

interface Registration {
  readonly name: string;
  readonly group?: string;
  readonly ip?: string;
  readonly weight?: number;
  readonly enabled?: boolean;
  readonly metadata?: Record<string, string>;
}

/** Again for a known instance: changes it. */
async function register(registration: Registration): Promise<void> {
  const { name, group = 'DEFAULT_GROUP', ip = '127.0.0.2', weight = 1, enabled = true, metadata = {} } = registration;
  const query = new URLSearchParams({
    serviceName: name,
    groupName: group,
    ip,
    port: '8080',
    weight: String(weight),
    enabled: String(enabled),
    ephemeral: 'true',
    metadata: JSON.stringify({ ...STEADY, ...metadata }),
  });
  const answer = await fetch(`http://127.0.0.1:${nacos.port}/nacos/v1/ns/instance?${query}`, { method: 'POST' });
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
}

async function registerMany(count: number, group: string): Promise<void> {
  for (let n = 0; n < count; n++) await register({ name: `many_${n}`, group });
}

function service(host: string): RegistryService | undefined {
  return manager.services.find((one) => one.host === host);
}
const weights = (host: string) =>
  service(host)
    ?.instances.map(({ address, weight }) => `${address}=${weight}`)
    .join(' ');

/** Waits for events, and looks again from time to time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise<void>((resolve) => {
      changed = resolve;
      setTimeout(resolve, 200);
    });
  }
}

function bridge(registries: readonly object[]) {
  const { object } = parseMcpBridge(
    { value: { metadata: { name: 'default' }, spec: { registries } } },
    { namespace: 'higress-system' },
  );
  return object === undefined ? [] : [object];
}

const ORDERS = 'orders.DEFAULT-GROUP.public.nacos';

beforeAll(async () => {
  nacos = await serviceScript('nacos', [1000, 1001, -1000]);
  nacos.start();
  const log = createLogger({
    component: 'test',
    level: 'info',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  manager = new RegistryManager({
    systemNamespace: 'higress-system',
    log,
    onServices: () => changed(),
    onProblems: () => changed(),
    tuning: { minRefreshMs: 1000, defaultRefreshMs: 1000, graceMs: 20_000, backoffBaseMs: 500 },
  });
}, 180_000);

afterAll(async () => {
  await manager?.stop();
  nacos?.dispose();
});

describe('a real Nacos', () => {
  it('is listed by group and page', async () => {
    await registerMany(60, 'DEFAULT_GROUP');
    await register({ name: 'orders', ip: '127.0.0.2', weight: 1 });
    await register({ name: 'orders', ip: '127.0.0.3', weight: 9 });
    await register({ name: 'orders', ip: '127.0.0.4', weight: 1, enabled: false });
    await register({ name: 'pay', group: 'other_group', metadata: { protocol: 'grpc' } });
    manager.update(
      bridge([
        {
          type: 'nacos2',
          name: 'real',
          domain: '127.0.0.1',
          port: nacos.port,
          nacosGroups: ['DEFAULT_GROUP', 'other_group'],
        },
      ]),
      [],
    );
    await until(() => manager.services.length === 62);
    expect(weights(ORDERS)).toBe('127.0.0.2=1 127.0.0.3=9');
    expect(service('pay.other-group.public.nacos')).toMatchObject({ protocol: 'grpc', port: 8080 });
    expect(service('many_59.DEFAULT-GROUP.public.nacos')?.instances.length).toBe(1);
    expect(manager.problems).toEqual([]);
  }, 30_000);

  it('pushes changes of weight, of enabled, and of health', async () => {
    const began = performance.now();
    await register({ name: 'orders', ip: '127.0.0.3', weight: 0.5 });
    await until(() => weights(ORDERS) === '127.0.0.2=2 127.0.0.3=1');
    await register({ name: 'orders', ip: '127.0.0.3', enabled: false });
    await until(() => weights(ORDERS) === '127.0.0.2=1');
    // The package asks again every 10 s only: two changes in less time came by push.
    expect(performance.now() - began).toBeLessThan(8_000);
    await register({
      name: 'orders',
      ip: '127.0.0.5',
      metadata: { 'preserved.heart.beat.interval': '500', 'preserved.heart.beat.timeout': '1000' },
    });
    await until(() => weights(ORDERS) === '127.0.0.2=1 127.0.0.5=1');
    // No beat comes: the server takes it for ill.
    await until(() => weights(ORDERS) === '127.0.0.2=1');
  }, 40_000);

  it('keeps its services while it is down, in few words, and recovers with other instances', async () => {
    lines.length = 0;
    const before = manager.services;
    nacos.kill();
    await until(() => manager.problems.some(({ reason }) => reason === 'RegistryUnavailable'));
    await until(() => manager.suppressedLines >= 3);
    expect(manager.services).toBe(before);
    nacos.start();
    await registerMany(60, 'DEFAULT_GROUP');
    await register({ name: 'orders', ip: '127.0.0.7' });
    await register({ name: 'pay', group: 'other_group' });
    await until(() => weights(ORDERS) === '127.0.0.7=1' && manager.problems.length === 0);
    expect(manager.services.length).toBe(62);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'registry does not answer; its last known services stay, failures are counted until it does',
      'registry answers again',
    ]);
  }, 60_000);

  it('leaves nothing behind when it is removed', async () => {
    manager.update([], []);
    expect(manager.services).toEqual([]);
    await manager.stop();
    const used = () => process.getActiveResourcesInfo().filter((name) => /^(UDPWrap|TCPSocketWrap)$/.test(name));
    // `fetch` above keeps its own connections for a moment.
    await until(() => !used().includes('UDPWrap') && used().length === 0);
  }, 15_000);
});
