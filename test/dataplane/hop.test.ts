/** The hop in a whole gateway of several workers: that requests go by it, and what becomes of them when either side is killed. */

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Echo, ingressYaml, serviceYaml, startEcho } from '../support/echo.ts';
import { eventually, type Gateway, startGateway } from '../support/gateway.ts';

const WORKERS = 3;
const CLIENTS = 12;
let echo: Echo;
let gateway: Gateway;

const PLUGIN = `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata:
  name: hooked
  namespace: higress-system
  annotations: { higress.io/plugin-runtime: ext-proc }
spec:
  url: oci://higress/plugins/transformer:2.0.1
  defaultConfigDisable: true
  matchRules:
  - ingress: [default/hooked]
    config:
      reqRules: [{ operate: add, headers: [{ key: x-plugin, value: seen }] }]
      respRules: [{ operate: add, headers: [{ key: x-answer, value: seen }] }]
`;

beforeAll(async () => {
  echo = await startEcho();
  gateway = await startGateway({
    // The last word counts: the gateway of tests has one worker otherwise.
    args: ['--envoy-concurrency', String(WORKERS)],
    files: {
      'svc.yaml': serviceYaml('web', echo.port),
      'route.yaml': ingressYaml('hooked', 'hooked.example.com', '/', 'web'),
      'plugin.yaml': PLUGIN,
    },
  });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await echo?.stop();
});

/** Status, and whether the plugin saw request and answer; 0 when the connection broke. */
const get = async (): Promise<string> => {
  try {
    const { status, headers, body } = await gateway.get('/', { host: 'hooked.example.com' });
    const asked = status === 200 ? (JSON.parse(body).headers['x-plugin'] as string | undefined) : undefined;
    return `${status} ${asked ?? '-'} ${headers['x-answer'] ?? '-'}`;
  } catch {
    return '0';
  }
};
const GOOD = '200 seen seen';

const streams = async () =>
  ((await gateway.debug('plugins')) as { server?: { streams: { open: number; total: number } } }).server?.streams;

/** Kills a process while clients ask without pause; what they got in all. */
async function killedUnderLoad(name: 'plugin-server' | 'envoy'): Promise<Set<string>> {
  const pid = await eventually('it runs', () => gateway.children()[name]);
  const seen: string[] = [];
  let going = true;
  const load = Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (going) seen.push(await get());
    }),
  );
  await eventually('requests pass', () => seen.filter((one) => one === GOOD).length > 100);
  process.kill(pid, 'SIGKILL');
  await eventually('another runs', () => {
    const now = gateway.children()[name];
    return now !== undefined && now !== pid;
  });
  const before = seen.length;
  await eventually('requests pass again', () => seen.slice(before).filter((one) => one === GOOD).length > 100);
  going = false;
  await load;
  return new Set(seen);
}

describe('the hop of a gateway', () => {
  it('carries the requests of every worker to the plugin server', async () => {
    expect(JSON.stringify(await gateway.debug('envoy'))).toContain('"hop/');
    const before = (await streams())?.total ?? 0;
    const answers = await Promise.all(Array.from({ length: 60 }, get));
    expect(new Set(answers)).toEqual(new Set([GOOD]));
    await eventually('all are counted and over', async () => {
      const counts = await streams();
      return counts?.total === before + 60 && counts.open === 0;
    });
  });

  it('fails what is at hand when the plugin server is killed, and has the rest wait', async () => {
    const seen = await killedUnderLoad('plugin-server');
    seen.delete('503 - -');
    expect([...seen]).toEqual([GOOD]);
  }, 60_000);

  it('is there again when Envoy has been killed', async () => {
    const seen = await killedUnderLoad('envoy');
    seen.delete('0');
    expect([...seen]).toEqual([GOOD]);
  }, 60_000);
});
