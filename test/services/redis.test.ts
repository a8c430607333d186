/** The connections that plugins share, on a real Redis with a password. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SecretText } from '#lib/secret.ts';
import type { RedisService } from '#plugin-sdk/host.ts';
import { redisScript } from '#plugin-sdk/redis.ts';
import { type RedisClients, redisClients } from '#plugin-server/host/redis.ts';
import { eventually } from '../support/gateway.ts';
import { freePorts } from '../support/ports.ts';
import { type ServiceScript, serviceScript } from '../support/service-script.ts';

const PASSWORD = 'planted-redis-password';
const CLUSTER = 'outbound|6379||redis.static';
const ADD = redisScript("return redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])");

let server: ServiceScript;
let endpoints: readonly string[];
let clients: RedisClients | undefined;
let lines: string[];

const level = (name: string) => (fields: object, message: string) => {
  lines.push(JSON.stringify({ name, ...fields, message }));
};
const log = { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
const service = (more: Partial<RedisService> = {}): RedisService => ({
  cluster: CLUSTER,
  password: new SecretText(PASSWORD),
  timeoutMs: 3_000,
  ...more,
});

function open(more: Partial<RedisService> = {}) {
  lines = [];
  clients = redisClients(async () => endpoints, log);
  return clients.hold(service(more)).value;
}

beforeAll(async () => {
  server = await serviceScript('redis', [], { REDIS_PASSWORD: PASSWORD });
  server.start();
  endpoints = [`127.0.0.1:${server.port}`];
}, 120_000);

afterEach(() => {
  clients?.stop();
  expect(lines.join('\n')).not.toContain(PASSWORD);
});

afterAll(() => server?.dispose());

describe('Redis for plugins', () => {
  it('runs commands and scripts with the password, in the database of the service', async () => {
    const client = open({ username: 'default', database: 3 });
    expect(await client.call('SET', 'a', 'b')).toBe('OK');
    expect(await client.call('GET', 'a')).toBe('b');
    expect(await client.run(ADD, ['h'], ['f', 2])).toBe(2);
    expect(await client.run(ADD, ['h'], ['f', 2])).toBe(4);
    expect(await clients!.hold(service()).value.call('GET', 'a')).toBeNull();
  });

  it('has one connection for equal services, which lives as long as somebody holds it', async () => {
    open();
    const [one, two] = [clients!.hold(service()), clients!.hold(service())];
    expect(one.value).toBe(two.value);
    expect(clients!.hold(service({ database: 1 })).value).not.toBe(one.value);
    one.release();
    expect(await two.value.call('PING')).toBe('PONG');
  });

  it('says why it cannot be used, without the password', async () => {
    const client = open({ password: new SecretText('wrong-password') });
    await expect(client.call('GET', 'a')).rejects.toThrow(/WRONGPASS|NOAUTH/);
    expect(lines.join()).toMatch(/a Redis cannot be reached.*|WRONGPASS/);
    expect(lines.join()).not.toContain('wrong-password');
  });

  it('says no at once while the server is down, once in the log, and comes back with it', async () => {
    const client = open();
    await client.run(ADD, ['again'], ['f', 1]);
    server.kill();
    await eventually('the loss is seen', () =>
      client.call('PING').then(
        () => false,
        () => true,
      ),
    );
    const began = performance.now();
    for (let n = 0; n < 50; n++) await expect(client.call('PING')).rejects.toThrow(/the Redis at outbound/);
    expect(performance.now() - began).toBeLessThan(1_000);
    server.start();
    await eventually('it is back', () =>
      client.call('PING').then(
        () => true,
        () => false,
      ),
    );
    // The new server knows no script yet.
    expect(await client.run(ADD, ['again'], ['f', 1])).toBe(1);
    expect(lines.filter((line) => line.includes('cannot be reached'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('reached again'))).toHaveLength(1);
  });

  it('gives up a command after its time, sends no more meanwhile, and hands in the late answer', async () => {
    const client = open({ timeoutMs: 300 });
    await client.run(ADD, ['late'], ['f', 1]);
    server.signal('SIGSTOP');
    const late: unknown[] = [];
    try {
      await expect(client.run(ADD, ['late'], ['f', 1], (answer) => late.push(answer))).rejects.toThrow('within 300 ms');
      await expect(client.call('PING')).rejects.toThrow('owes the answers');
    } finally {
      server.signal('SIGCONT');
    }
    await eventually('the late answer', () => late.length > 0);
    expect(late).toEqual([2]);
    expect(await client.call('PING')).toBe('PONG');
  });

  it('tries the endpoints in turn', async () => {
    const [nobody] = await freePorts(1);
    const good = endpoints;
    endpoints = [`127.0.0.1:${nobody}`, ...good];
    const client = open();
    await eventually('the second is taken', () =>
      client.call('PING').then(
        () => true,
        () => false,
      ),
    );
    endpoints = good;
  });

  it('waits for a service whose endpoints are not known yet', async () => {
    const good = endpoints;
    endpoints = [];
    const client = open();
    await expect(client.call('PING')).rejects.toThrow('no endpoint of the service is known');
    endpoints = good;
    await eventually('it is found', () =>
      client.call('PING').then(
        () => true,
        () => false,
      ),
    );
  });
});
