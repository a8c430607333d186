/** Two gateways that share what they know through a real Redis: requests in flight, and which endpoint has seen which prompt. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { eventually, type Gateway, startGateway } from '../support/gateway.ts';
import { openStream } from '../support/llm.ts';
import { balancedRouteYaml, type ModelServers, startModelServers } from '../support/model-servers.ts';
import { type ServiceScript, serviceScript } from '../support/service-script.ts';

const PASSWORD = 'planted-redis-password';
const SERVICE = 'models.higress-system.svc.cluster.local';
const COUNT = 4;

let server: ServiceScript;
let redis: Redis;
let servers: ModelServers;
let gateways: Gateway[];

beforeAll(async () => {
  server = await serviceScript('redis', [], { REDIS_PASSWORD: PASSWORD });
  server.start();
  servers = await startModelServers(COUNT);
  const lb_config = { serviceFQDN: 'redis.static', servicePort: 80, username: 'default', password: PASSWORD };
  const least = (name: string, more = {}) =>
    balancedRouteYaml(name, 'models', { lb_policy: 'global_least_request', lb_config: { ...lb_config, ...more } });
  const files = {
    'redis.yaml': `apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: { name: default, namespace: higress-system }
spec: { registries: [{ name: redis, type: static, domain: "127.0.0.1:${server.port}", port: 80 }] }
`,
    'servers.yaml': servers.yaml('models'),
    'routes.yaml': [
      least('least'),
      least('counts'),
      least('limited', { maxRequestCount: 2, timeout: 1000 }),
      least('cleaned', { cleanInterval: 1, enableDetailLog: false, database: 2 }),
      balancedRouteYaml('prefix', 'models', { lb_policy: 'prefix_cache', lb_config }),
      balancedRouteYaml('forgets', 'models', {
        lb_policy: 'prefix_cache',
        lb_config: { ...lb_config, redisKeyTTL: 1 },
      }),
    ].join('---\n'),
  };
  gateways = await Promise.all([startGateway({ files }), startGateway({ files })]);
  redis = new Redis({ host: '127.0.0.1', port: server.port, password: PASSWORD });
  redis.on('error', () => undefined);
}, 180_000);

afterAll(async () => {
  redis?.disconnect();
  await Promise.all((gateways ?? []).map((gateway) => gateway.stop()));
  await servers?.stop();
  server?.dispose();
});

const tableOf = (route: string) => `higress:global_least_request_table:${route}:outbound|80||${SERVICE}`;
const send = (route: string, messages: unknown[] = [], gateway = gateways[0]!) =>
  gateway.post('/v1/chat/completions', { model: 'm', messages }, { host: `${route}.example.com` });
const nameOf = ({ body }: { readonly body: string }) => JSON.parse(body).choices[0].message.content as string;
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const spread = (numbers: readonly number[]) => Math.max(...numbers) - Math.min(...numbers);
const arrived = (count: number) =>
  eventually(`${count} requests are in flight`, () => sum(servers.inFlight) === count || undefined);
const counted = async (route: string) => Object.values(await redis.hgetall(tableOf(route))).map(Number);
const settled = (route: string, count = 0) =>
  eventually(`Redis counts ${count}`, async () => {
    const now = await counted(route);
    if (sum(now) !== count) throw new Error(`it counts ${now}`);
    return true;
  });

describe('ai-load-balancer with Redis: global_least_request', () => {
  it('keeps the spread of requests in flight over two gateways within 1', async () => {
    servers.hold();
    const all: Promise<unknown>[] = [];
    const more = (count: number) => {
      for (let n = 0; n < count; n++) all.push(send('least', [], gateways[n % 2]));
    };
    const spreads: number[] = [];
    more(30);
    await arrived(30);
    spreads.push(spread(servers.inFlight));
    for (let round = 0; round < 10; round++) {
      servers.release(9);
      await arrived(21);
      await settled('least', 21);
      more(9);
      await arrived(30);
      expect(await counted('least')).toHaveLength(COUNT);
      spreads.push(spread(servers.inFlight));
    }
    servers.release();
    await Promise.all(all);
    expect(Math.max(...spreads)).toBeLessThanOrEqual(1);
    await settled('least');
  }, 60_000);

  it('counts back when a request ends, whichever way', async () => {
    expect((await send('counts')).status).toBe(200);
    await settled('counts');
    servers.hold();
    const url = `${gateways[0]!.urls.http}/v1/chat/completions`;
    const left = openStream(url, { host: 'counts.example.com' }, { model: 'm' });
    const lost = send('counts');
    await arrived(2);
    expect((await counted('counts')).sort()).toEqual(expect.arrayContaining([1, 1]));
    left.abort();
    await settled('counts', 1);
    servers.break();
    expect((await lost).status).toBeGreaterThanOrEqual(500);
    await settled('counts');
    servers.release();
  });

  it('answers 429 when every endpoint has maxRequestCount requests', async () => {
    servers.hold();
    const held = Array.from({ length: COUNT * 2 }, () => send('limited'));
    await arrived(COUNT * 2);
    const answer = await send('limited', [], gateways[1]);
    expect([answer.status, answer.body]).toEqual([429, 'Exceeded maximum request limit from ai-load-balancer.']);
    expect(sum(await counted('limited'))).toBe(COUNT * 2);
    servers.release();
    await Promise.all(held);
    await settled('limited');
    expect((await send('limited')).status).toBe(200);
  });

  it('forgets endpoints that are gone every cleanInterval, in the database of the configuration', async () => {
    const other = redis.duplicate({ db: 2 });
    const [table, time] = [tableOf('cleaned'), tableOf('cleaned').replace('table:', 'table:last_clean_time:')];
    await other.hset(table, 'gone:1', 5);
    await send('cleaned');
    expect(await other.hexists(table, 'gone:1')).toBe(0);
    const cleaned = Number(await other.get(time));
    expect(Math.abs(cleaned - Date.now() / 1000)).toBeLessThan(60);
    await other.hset(table, 'gone:1', 5);
    await send('cleaned');
    expect(await other.hexists(table, 'gone:1')).toBe(1);
    await other.set(time, cleaned - 60);
    await send('cleaned');
    expect(await other.hexists(table, 'gone:1')).toBe(0);
    expect(await redis.exists(table)).toBe(0);
    other.disconnect();
  });
});

describe('ai-load-balancer with Redis: prefix_cache', () => {
  it('sends at least 90 % of a repeated-prefix workload to the endpoint that has seen the prefix', async () => {
    const conversations = 24;
    const turns = 8;
    let same = 0;
    const firsts = await Promise.all(
      Array.from({ length: conversations }, async (_one, id) => {
        const messages: object[] = [{ role: 'system', content: `You are helper ${id}.` }];
        let first = '';
        for (let turn = 0; turn < turns; turn++) {
          messages.push({ role: 'user', content: `question ${id}.${turn}` });
          const name = nameOf(await send('prefix', messages, gateways[turn % 2]));
          messages.push({ role: 'assistant', content: `answer ${id}.${turn}` });
          if (turn === 0) first = name;
          else if (name === first) same += 1;
        }
        return first;
      }),
    );
    expect(same / (conversations * (turns - 1))).toBeGreaterThanOrEqual(0.9);
    expect(new Set(firsts).size).toBeGreaterThan(1);
    await settled('prefix');
  }, 60_000);

  it('remembers a prefix for redisKeyTTL seconds, and chooses by requests in flight after that', async () => {
    const prompt = [{ role: 'user', content: 'remember me' }];
    await redis.flushdb();
    await send('forgets', prompt);
    const keys = (await redis.keys('*')).filter((key) => /^[0-9A-F]{40}$/.test(key));
    expect(keys).toHaveLength(1);
    expect(await redis.pttl(keys[0]!)).toBeLessThanOrEqual(1_000);
    await eventually('it is forgotten', async () => (await redis.exists(keys[0]!)) === 0);
    expect((await send('forgets', prompt)).status).toBe(200);
  });

  it('leaves prompts without role or content to the usual policy', async () => {
    await redis.flushdb();
    for (const messages of [[], [{ role: 'user' }], [{ content: 'x' }]]) {
      expect((await send('prefix', messages)).status).toBe(200);
    }
    expect(await redis.exists(tableOf('prefix'))).toBe(0);
  });
});

describe('ai-load-balancer with Redis: when it is down', () => {
  it('serves by the usual policy, says so once, and balances again when it is back', async () => {
    await send('least');
    server.kill();
    for (let n = 0; n < 20; n++) expect((await send('least', [], gateways[n % 2])).status).toBe(200);
    // Once per connection: the routes that were asked have three ways to log in at one gateway, two at the other.
    const said = () =>
      gateways.map(({ log }) => log.split('\n').filter((line) => line.includes('a Redis cannot be reached')).length);
    await eventually('every connection has told', () => said().join() === '3,2');
    server.start();
    await eventually('it counts again', async () => {
      await send('least');
      return (await redis.exists(tableOf('least'))) === 1;
    });
    await settled('least');
  }, 60_000);

  it('never prints the password', async () => {
    const pages = await Promise.all(
      gateways.flatMap((gateway) => ['plugins', 'model', 'ir', 'xds'].map((page) => gateway.debug(page))),
    );
    expect(JSON.stringify(pages)).not.toContain(PASSWORD);
    expect(JSON.stringify(pages)).toContain('redis.static');
    for (const { log } of gateways) expect(log).not.toContain(PASSWORD);
  });
});
