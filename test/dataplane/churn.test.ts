/** A thousand hosts under constant traffic while manifests change ten times a second: nothing but 200. `SOAK_SECONDS` lengthens it. */
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Echo, ingressYaml, serviceYaml, startEcho } from '../support/echo.ts';
import { eventually, type Gateway, startGateway } from '../support/gateway.ts';

const HOSTS = 1000;
const SECONDS = Number(process.env.SOAK_SECONDS ?? 10);
const CHANGE_EVERY_MS = 100;
const WORKERS = 4;

let echo: Echo;
let other: Echo;
let gateway: Gateway;

const host = (n: number) => `h${n}.example.com`;
const file = (n: number) => `hosts/${n}.yaml`;
const manifest = (n: number, round: number) =>
  ingressYaml(`h${n}`, host(n), '/', round % 2 === 0 ? 'web' : 'other', {
    'higress.io/request-header-control-update': `x-round ${round}`,
  });

beforeAll(async () => {
  echo = await startEcho('web');
  other = await startEcho('other');
  const files: Record<string, string> = {
    'svc.yaml': `${serviceYaml('web', echo.port)}---\n${serviceYaml('other', other.port)}`,
  };
  for (let n = 0; n < HOSTS; n += 1) files[file(n)] = manifest(n, 0);
  gateway = await startGateway({ files, args: ['--log-level', 'warn'] });
}, 120_000);

afterAll(async () => {
  await gateway?.stop();
  await echo?.stop();
  await other?.stop();
});

function once(agent: Agent, name: string): Promise<number> {
  const { hostname, port } = new URL(gateway.urls.http);
  return new Promise((resolve) => {
    const call = request({ host: hostname, port, agent, path: '/', headers: { host: name } }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', () => resolve(-1));
    });
    call.on('error', () => resolve(-2));
    call.end();
  });
}

describe('a thousand hosts', () => {
  it(
    'answer nothing but 200 while manifests change',
    async () => {
      const outcomes = new Map<number, number>();
      let running = true;
      const agents = Array.from({ length: WORKERS }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
      const traffic = agents.map(async (agent, worker) => {
        for (let n = worker; running; n = (n + 7) % HOSTS) {
          const status = await once(agent, host(n));
          outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
        }
        agent.destroy();
      });
      const end = Date.now() + SECONDS * 1000;
      let changes = 0;
      while (Date.now() < end) {
        changes += 1;
        gateway.write(file(changes % HOSTS), manifest(changes % HOSTS, changes));
        await new Promise((resolve) => setTimeout(resolve, CHANGE_EVERY_MS));
      }
      const last = changes % HOSTS;
      await eventually('the last change arrived', async () => {
        const answer = await gateway.get('/', { host: host(last) });
        return JSON.parse(answer.body).headers['x-round'] === String(changes);
      });
      running = false;
      await Promise.all(traffic);
      expect(Object.fromEntries(outcomes)).toEqual({ 200: expect.any(Number) });
      expect(changes).toBeGreaterThan(SECONDS * 5);
    },
    (SECONDS + 60) * 1000,
  );
});
