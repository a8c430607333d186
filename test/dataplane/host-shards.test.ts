/** Sharded hosts in a real Envoy: the same decisions as one table for all, no request lost while tables are split, changed and merged. */
import { rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Gateway, Host } from '#ir/types.ts';
import { SecretText } from '#lib/secret.ts';
import { plugins } from '#test/build-cases.ts';
import { selfSigned } from '#test/certificate.ts';
import { type Echo, type Seen, startEcho } from '#test/echo.ts';
import { adsBootstrap, type Envoy, socketDir, startEnvoy, waitFor } from '#test/envoy.ts';
import { backend, gateway, host, origin, route } from '#test/ir.ts';
import { send } from '#test/send.ts';
import { buildOptionsIn } from '#test/static-envoy.ts';
import { createBuilder } from '#xds/build/build.ts';
import { AdsServer, type NackReport } from '#xds/server/index.ts';
import { SnapshotStore } from '#xds/snapshot/index.ts';

interface Side {
  readonly port: number;
  readonly envoy: Envoy;
  readonly server: AdsServer;
  readonly nacks: readonly NackReport[];
  publish(value: Gateway): void;
  stop(): Promise<void>;
}

async function startSide(hostShards: boolean, protocol: 'sotw' | 'delta'): Promise<Side> {
  const dir = socketDir();
  const store = new SnapshotStore();
  const builder = createBuilder({ ...buildOptionsIn(dir), hostShards }, plugins);
  const nacks: NackReport[] = [];
  const publish = (value: Gateway): void => {
    const built = builder.build(value);
    expect(built.problems).toEqual([]);
    expect(store.set(built.resources)).toEqual([]);
  };
  publish(gateway({ hosts: [] }));
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const server = new AdsServer({ store, log, onNack: (report) => nacks.push(report) });
  const adsSocket = join(dir, 'ads.sock');
  await server.listen({ address: { path: adsSocket } });
  const envoy = await startEnvoy(adsBootstrap({ nodeId: 'test', adsSocket, protocol }));
  await envoy.ready();
  const stop = async () => {
    await envoy.stop();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  return { port: await envoy.listenerPort('http'), envoy, server, nacks, publish, stop };
}

/** Random but the same in each run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Answers with its own name. */
const named = (name: string): Host =>
  host(name, [route('/', { action: { type: 'respond', status: 200, body: name } })]);

/** Status and body for each Host, each asked over a connection of its own. */
function askAll(port: number, hosts: readonly string[]): Promise<string[]> {
  return Promise.all(hosts.map((name) => askRaw(port, `GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`)));
}

function askRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    let answer = '';
    const whole = () => {
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
      return {
        status: head.split(' ')[1] ?? 'closed',
        body,
        done: answer.includes('\r\n\r\n') && body.length >= length,
      };
    };
    const finish = () => {
      const { status, body } = whole();
      socket.destroy();
      resolve(`${status} ${body}`);
    };
    socket.on('data', (data) => {
      answer += data.toString('latin1');
      // Envoy leaves a connection open for a while after an error.
      if (whole().done) finish();
    });
    socket.on('error', reject);
    socket.on('end', finish);
  });
}

const random = randomNumbers(42);
const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
const LABELS = ['a', 'b', 'www', 'api', 'shop', 'app-1', 'app-2', 'x_y', '0', '7', 'zz-top', 'q9'];
const name = () =>
  [...Array.from({ length: 1 + random(3) }, () => pick(LABELS) + (random(2) ? random(900) : ''))].join('.');
const exact = [...new Set([...Array.from({ length: 600 }, name), 'a', 'b', '7', 'example.com', '127.0.0.1'])];
const wildcards = [
  '*',
  '*.com',
  '*.example.com',
  '*-x.example.com',
  '*.shop',
  '*.a',
  ...exact.slice(0, 20).map((one) => `*.${one}`),
];
const known = [...new Set([...exact, ...wildcards])];
const mixedCase = (text: string) => [...text].map((one) => (random(2) ? one.toUpperCase() : one)).join('');
const disguises: readonly ((text: string) => string)[] = [
  (text) => text,
  mixedCase,
  (text) => `${text}:8080`,
  (text) => `${text}:`,
  (text) => `${mixedCase(text)}:443`,
  (text) => `sub.${text}`,
  (text) => `${text}.`,
  (text) => `${text}x`,
  (text) => `${text}:80:80`,
];
const odd = [
  '[::1]',
  '[::1]:80',
  '[2001:db8::1]',
  'a:',
  'a:80',
  'A',
  'Z',
  '*',
  '*.com',
  ':',
  ':80',
  '-',
  '_',
  '.',
  'a.b.',
  "a!$&'()*+,;=~",
  '%61',
  'q',
  '1.2.3.4',
  '127.0.0.1:80',
];

describe.each(['delta', 'sotw'] as const)('hosts in shards over %s', (protocol) => {
  let one: Side;
  let many: Side;

  beforeAll(async () => {
    [one, many] = await Promise.all([startSide(false, protocol), startSide(true, protocol)]);
  }, 60_000);

  afterAll(async () => {
    await one?.stop();
    await many?.stop();
  });

  const publish = async (hosts: readonly Host[]) => {
    for (const side of [one, many]) side.publish(gateway({ hosts }));
    for (const side of [one, many]) {
      expect(await side.server.whenAcknowledged(10_000)).toBe(true);
    }
    expect([...one.nacks, ...many.nacks]).toEqual([]);
  };
  const both = async (hosts: readonly string[]) => {
    const [expected, got] = await Promise.all([askAll(one.port, hosts), askAll(many.port, hosts)]);
    expect(hosts.map((name, at) => [name, got[at]])).toEqual(hosts.map((name, at) => [name, expected[at]]));
    return expected;
  };

  /** Route tables that the sharded Envoy holds. */
  const tables = async () => {
    const page = JSON.parse((await many.envoy.admin('/config_dump?resource=dynamic_route_configs')).body) as {
      configs: unknown[];
    };
    return page.configs.length;
  };

  it('are found as without shards, whatever the Host header', async () => {
    await publish(known.map(named));
    const asked = [...odd, ...Array.from({ length: 900 }, () => pick(disguises)(pick(exact))), ...exact.slice(0, 100)];
    const answers = await both(asked);
    expect(new Set(answers).size).toBeGreaterThan(300);
    // Without any wildcard the unknown ones are refused alike.
    await publish(exact.map(named));
    expect(await both(asked)).toContain('404 ');
    expect(await tables()).toBeGreaterThan(8);
  }, 120_000);

  it('are found in HTTP/2 and HTTP/1.0', async () => {
    await publish(known.map(named));
    const asked = [...Array.from({ length: 60 }, () => pick(disguises)(pick(exact))), 'unknown.test'];
    const [expected, got] = await Promise.all([one, many].map(({ port }) => askHttp2(port, asked)));
    expect(got).toEqual(expected);
    expect(new Set(got).size).toBeGreaterThan(20);
    for (const text of [
      'GET / HTTP/1.0\r\n\r\n',
      `GET / HTTP/1.0\r\nHost: ${exact[3]}\r\n\r\n`,
      'GET / HTTP/1.1\r\n\r\n',
      'GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n',
    ])
      expect(await askRaw(many.port, text)).toBe(await askRaw(one.port, text));
  }, 60_000);
});

function askHttp2(port: number, hosts: readonly string[]): Promise<string[]> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  const ask = (authority: string) =>
    new Promise<string>((resolve) => {
      const stream = session.request({ ':authority': authority, ':path': '/' });
      let [status, body] = [0, ''];
      stream.on('response', (headers) => {
        status = headers[':status'] ?? 0;
      });
      stream.on('data', (data: Buffer) => {
        body += data.toString();
      });
      stream.on('error', () => resolve('reset'));
      stream.on('close', () => resolve(`${status} ${body}`));
    });
  return Promise.all(hosts.map(ask)).finally(() => session.close());
}

describe('hosts in shards under traffic', () => {
  let side: Side;
  let echo: Echo;

  beforeAll(async () => {
    echo = await startEcho();
    side = await startSide(true, 'delta');
  }, 60_000);

  afterAll(async () => {
    await side?.stop();
    await echo?.stop();
  });

  const served = (n: number, round = 0): Host =>
    host(`h${n}.example.com`, [
      route('/', {
        to: 'web',
        policies: { headers: { request: { set: [{ name: 'x-round', value: String(round) }] } } },
      }),
    ]);
  const publish = (hosts: readonly Host[]) => side.publish(gateway({ hosts, backends: [backend('web', echo.port)] }));

  it('lose no request while tables are split, changed and merged', async () => {
    const stable = Array.from({ length: 20 }, (_, n) => served(n));
    publish(stable);
    await waitFor(async () => (await send(side.port, '/', { host: 'h1.example.com' })).status === 200);
    const outcomes = new Map<number, number>();
    let running = true;
    const traffic = Array.from({ length: 3 }, async (_, worker) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let n = worker; running; n = (n + 7) % stable.length) {
        const status = await statusOf(agent, side.port, `h${n}.example.com`);
        outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
      }
      agent.destroy();
    });
    const more = Array.from({ length: 3000 }, (_, n) => served(n + 100));
    for (const count of [60, 90, 150, 400, 1500, 3000, 2999, 800, 120, 30, 0, 3000, 0]) {
      publish([...stable, ...more.slice(0, count)]);
      await side.server.whenAcknowledged(10_000);
    }
    for (let round = 1; round <= 30; round += 1) {
      publish([...stable.slice(0, 19), served(19, round), ...more.slice(0, 1000)]);
      await waitFor(async () => {
        const answer = await send(side.port, '/', { host: 'h19.example.com' });
        return answer.status === 200 && (JSON.parse(answer.body) as Seen).headers['x-round'] === String(round);
      });
    }
    running = false;
    await Promise.all(traffic);
    expect(Object.fromEntries(outcomes)).toEqual({ 200: expect.any(Number) });
    expect(side.nacks).toEqual([]);
    expect(await side.envoy.stat('listener_manager.listener_modified')).toBe(0);
  }, 120_000);

  it('keep serving from the old table where a new one is refused', async () => {
    const status = async (n: number) => (await send(side.port, '/', { host: `h${n}.example.com` })).status;
    const hosts = Array.from({ length: 160 }, (_, n) => served(n));
    publish(hosts.slice(0, 40));
    expect(await side.server.whenAcknowledged(10_000)).toBe(true);
    await waitFor(async () => (await status(39)) === 200 && (await status(50)) === 404);
    // Two tables come of it, and Envoy refuses the one that has a domain twice.
    publish([...hosts, served(7)]);
    expect(await side.server.whenAcknowledged(10_000)).toBe(true);
    expect(side.nacks.map(({ type }) => type)).toContain('route');
    for (let n = 0; n < 40; n += 1) expect(await status(n)).toBe(200);
    const early = await Promise.all(hosts.slice(40).map((_, n) => status(n + 40)));
    expect(new Set(early)).toEqual(new Set([200, 404]));
    publish(hosts);
    await waitFor(async () => (await Promise.all(hosts.map((_, n) => status(n)))).every((one) => one === 200));
  }, 30_000);

  it('are served over TLS from tables of their own', async () => {
    const { key, cert } = selfSigned('*.example.com');
    const certificate = { name: 'ns/a', chain: cert, key: new SecretText(key), origin };
    side.publish(
      gateway({
        hosts: Array.from({ length: 300 }, (_, n) => ({ ...served(n), tls: n % 2 === 0 })),
        backends: [backend('web', echo.port)],
        tls: [{ name: '*.example.com', certificate: 'ns/a', origin }],
        certificates: [certificate],
      }),
    );
    const port = await side.envoy.listenerPort('https');
    const ask = async (n: number) =>
      (await send(port, '/', { sni: 'x.example.com', host: `h${n}.example.com` })).status;
    await waitFor(async () => (await ask(0).catch(() => 0)) === 200);
    for (const n of [2, 4, 128, 298]) expect(await ask(n)).toBe(200);
    for (const n of [1, 3, 129, 300]) expect(await ask(n)).toBe(404);
  }, 30_000);

  it('let nobody choose the table, and keep that header to themselves', async () => {
    publish([...Array.from({ length: 500 }, (_, n) => served(n))]);
    await waitFor(async () => (await send(side.port, '/', { host: 'h499.example.com' })).status === 200);
    for (let key = 0; key < 16; key += 1) {
      const answer = await send(side.port, '/', {
        host: 'h499.example.com',
        headers: { 'x-higress-shard': `http/${key}` },
      });
      expect(answer.status).toBe(200);
      expect((JSON.parse(answer.body) as Seen).headers).not.toHaveProperty('x-higress-shard');
    }
  }, 30_000);
});

function statusOf(agent: Agent, port: number, name: string): Promise<number> {
  return new Promise((resolve) => {
    const call = request({ host: '127.0.0.1', port, agent, path: '/', headers: { host: name } }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', () => resolve(-1));
    });
    call.on('error', () => resolve(-2));
    call.end();
  });
}
