/** Watches that the API server ends or will not take up again: no request is lost, and what changed meanwhile arrives. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/gateway.ts';
import { clusterComponent, kubeconfigFile, kubectl } from '../support/kube.ts';
import { type KubeDoor, type Refusal, startKubeDoor } from '../support/kube-door.ts';
import { type KubeGateway, startKubeGateway } from '../support/kube-gateway.ts';
import { expectNoneLost, steadyTraffic, type Traffic } from '../support/traffic.ts';

const INGRESSES = '/apis/networking.k8s.io/v1/ingresses';
const traffics: Traffic[] = [];
let gateway: KubeGateway;
let door: KubeDoor;

beforeAll(async () => {
  gateway = await startKubeGateway('watches', async (dir) => {
    door = await startKubeDoor(dir, 2);
    return { kubeconfig: door.kubeconfig };
  });
  for (const name of ['steady', 'goes', 'third', 'fourth']) await gateway.route(name);
  await gateway.serves('steady', 'goes', 'fourth');
}, 180_000);

afterAll(async () => {
  for (const traffic of traffics) await traffic.stop();
  await gateway?.stop();
  await door?.stop();
});

/** `fault` under traffic, during which a host comes and another goes. */
async function survives(fault: (change: () => Promise<unknown>) => Promise<unknown>, comes: string): Promise<void> {
  const traffic = steadyTraffic(() => gateway.status('steady'));
  traffics.push(traffic);
  await gateway.route('goes');
  await gateway.serves('goes');
  await fault(async () => {
    await gateway.route(comes);
    await gateway.system.kubectl(['delete', 'ingress', 'goes']);
  });
  await gateway.serves(comes);
  await eventually('what was deleted is gone', async () => (await gateway.status('goes')) === 404, 60_000);
  await expectNoneLost(traffic);
}

const refusedOf = (path: string, since: number) =>
  door.gone
    .slice(since)
    .filter((one) => one.path === path)
    .map(({ by, as }) => `${by}: ${as}`);

describe('a watch', () => {
  it('that the server closes is taken up where it was', async () => {
    const before = door.gone.length;
    await survives(async (change) => {
      const release = door.cutWatches();
      await change();
      release();
    }, 'closed');
    expect(door.gone.slice(before)).toEqual([]);
  }, 90_000);

  it.each<[string, Refusal, string | undefined, readonly string[]]>([
    ['as a status', 'status', undefined, ['door: status']],
    ['as an event', 'event', undefined, ['door: event']],
    ['and again in the middle of the new list', 'page', INGRESSES, ['door: page', 'door: page']],
  ])(
    'that is answered 410 Gone, %s, begins with a list',
    async (_how, refusal, path, seen) => {
      const before = door.gone.length;
      await survives(async (change) => {
        const release = door.cutWatches();
        await change();
        release(refusal, path);
      }, `gone-${refusal}`);
      expect(refusedOf(INGRESSES, before)).toEqual(seen);
      await eventually('every other kind is listed again', () => door.refusing === 0, 60_000);
    },
    90_000,
  );
});

describe('the history of the API server', () => {
  it('may be compacted while it is away: old versions are refused, everything is listed again, and nothing served is lost', async () => {
    const before = door.gone.length;
    const url = readFileSync(join(dirname(kubeconfigFile()), 'cmd', 'etcd'), 'utf8')
      .split('\0')
      .find((_part, at, all) => all[at - 1] === '--listen-client-urls');
    const etcd = async (path: string, body: object) =>
      (await (await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) })).json()) as {
        header?: { revision: string };
        code?: number;
      };
    const version = JSON.parse(await gateway.system.kubectl(['get', 'ingress', 'steady', '-o', 'json'])).metadata
      .resourceVersion as string;
    await survives(async (change) => {
      clusterComponent('stop', 'kube-apiserver');
      // Somebody else's writes, then the end of all that went before them.
      for (let n = 0; n < 50; n++) await etcd('/v3/kv/put', { key: btoa(`/test/${n}`), value: btoa('x') });
      const { header } = await etcd('/v3/kv/range', { key: btoa('/test/0') });
      await etcd('/v3/kv/compaction', { revision: header?.revision });
      const old = await etcd('/v3/kv/range', { key: btoa('/test/0'), revision: version });
      // 11 OUT_OF_RANGE: the revision has been compacted.
      expect(old.code).toBe(11);
      clusterComponent('start', 'kube-apiserver');
      await eventually('it answers', () => kubectl(['get', '--raw', '/readyz']), 60_000);
      await change();
    }, 'compacted');
    expect(refusedOf(INGRESSES, before)[0]).toMatch(/^server: /);
  }, 180_000);
});
