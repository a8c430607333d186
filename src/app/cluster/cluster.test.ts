/** Who is asked in a cluster, on an API server that answers what the test says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Cluster, connectCluster } from './connect.ts';
import { choosePod } from './controllers.ts';
import { podsOf, readInventory } from './inventory.ts';

const workload = (name: string, container: string, more: object = {}) => ({
  metadata: { name, namespace: 'ns' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { spec: { containers: [{ name: container, image: `hub/${container}:1` }] } },
  },
  status: { readyReplicas: 1, ...more },
});
const pod = (app: string, name: string, status: object, metadata: object = {}) => ({
  metadata: { name, labels: { app, other: 'x' }, ...metadata },
  status,
});
const READY = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
const waiting = (reason: string, message: string) => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'c', restartCount: 3, state: { waiting: { reason, message } } }],
});

const BASE = '/apis/apps/v1/namespaces/ns';
let answers: Record<string, unknown>;
let server: Server;
let dir: string;
let cluster: Cluster;

beforeEach(async () => {
  answers = {
    [`${BASE}/deployments`]: {
      items: [workload('edge', 'higress-gateway'), workload('brain', 'higress-core'), workload('shop', 'web')],
    },
    [`${BASE}/daemonsets`]: { items: [] },
    '/api/v1/namespaces/ns/pods': {
      items: [
        pod('brain', 'brain-b', READY),
        pod('brain', 'brain-a', READY),
        pod('brain', 'brain-c', waiting('CrashLoopBackOff', 'back-off 40s')),
        pod('brain', 'brain-0', READY, { deletionTimestamp: '2030-01-01T00:00:00Z' }),
        pod('edge', 'edge-a', {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }],
        }),
        pod('shop', 'shop-a', READY),
      ],
    },
    '/apis/coordination.k8s.io/v1/namespaces/ns/leases/higress-controller': { spec: { holderIdentity: 'brain-b' } },
  };
  server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    const refused = { kind: 'Status', reason: 'Forbidden', message: `${request.url} is forbidden` };
    response.writeHead(answer === undefined ? 403 : 200).end(JSON.stringify(answer ?? refused));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  dir = mkdtempSync(join(tmpdir(), 'higress-cluster-'));
  cluster = await connectCluster({ kubeconfig: kubeconfig((server.address() as AddressInfo).port), namespace: 'ns' });
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true });
});

function kubeconfig(port: number): string {
  const file = join(dir, `config-${port}`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: {} }],
    contexts: ['here', 'there'].map((name) => ({ name, context: { cluster: 'c', user: 'u' } })),
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

describe('what is there of an installation', () => {
  it('is told by the containers, whatever the names, with why a pod is not ready', async () => {
    const { workloads } = await readInventory(cluster);
    expect(workloads.map(({ role, name, ready, wanted, image }) => [role, name, ready, wanted, image])).toEqual([
      ['controller', 'brain', 1, 2, 'hub/higress-core:1'],
      ['gateway', 'edge', 1, 2, 'hub/higress-gateway:1'],
    ]);
    expect(
      workloads.flatMap(({ pods }) => pods.map(({ name, ready, reason, restarts }) => [name, ready, reason, restarts])),
    ).toEqual([
      ['brain-a', true, '', 0],
      ['brain-b', true, '', 0],
      ['brain-c', false, 'CrashLoopBackOff: back-off 40s', 3],
      ['edge-a', false, 'Unschedulable: 0/1 nodes', 0],
    ]);
  });

  it('is asked at the leader, or the first pod that is ready, and says so', async () => {
    const inventory = await readInventory(cluster);
    expect(podsOf(inventory, 'controller').map(({ name }) => name)).toEqual(['brain-b', 'brain-a', 'brain-c']);
    expect(choosePod(cluster, inventory, 'controller').note).toBe('asked controller pod brain-b, the leader of 3');
    answers['/apis/coordination.k8s.io/v1/namespaces/ns/leases/higress-controller'] = undefined;
    expect(choosePod(cluster, await readInventory(cluster), 'controller').note).toBe(
      'asked controller pod brain-a, the first that is ready of 3',
    );
    expect(choosePod(cluster, inventory, 'controller', 'brain-c').pod.name).toBe('brain-c');
  });

  it('is refused with the reason when nothing can be asked', async () => {
    const inventory = await readInventory(cluster);
    expect(() => choosePod(cluster, inventory, 'gateway')).toThrow(
      'no gateway pod in namespace "ns" is ready: edge-a: Unschedulable: 0/1 nodes',
    );
    expect(() => choosePod(cluster, inventory, 'plugin-server')).toThrow('namespace "ns" has no plugin-server pod');
    expect(() => choosePod(cluster, inventory, 'gateway', 'x')).toThrow('has no gateway pod "x"; there are edge-a');
  });
});

describe('what is in the way', () => {
  it('no gateway in the namespace: where there is one, if that may be seen', async () => {
    answers[`${BASE}/deployments`] = { items: [workload('shop', 'web')] };
    await expect(readInventory(cluster)).rejects.toThrow(
      'there is no gateway in namespace "ns" of context "here"; name its namespace with -n',
    );
    answers['/apis/apps/v1/deployments'] = { items: [workload('brain', 'higress-core')] };
    await expect(readInventory(cluster)).rejects.toThrow('; there is one in ns: use -n');
  });

  it('no permission: what it takes', async () => {
    answers['/api/v1/namespaces/ns/pods'] = undefined;
    await expect(readInventory(cluster)).rejects.toThrow('you may not list pods in namespace ns: ');
  });

  it('no cluster: where it was looked for', async () => {
    const nobody = await connectCluster({ kubeconfig: kubeconfig(1), namespace: 'ns' });
    await expect(readInventory(nobody)).rejects.toThrow(
      'the cluster of context "here" cannot be reached at http://127.0.0.1:1 (ECONNREFUSED)',
    );
  });

  it('no such context, no such file, no kubeconfig at all', async () => {
    const file = kubeconfig(1);
    await expect(connectCluster({ kubeconfig: file, context: 'x' })).rejects.toThrow(
      'the kubeconfig has no context "x"; it has here, there',
    );
    expect((await connectCluster({ kubeconfig: file, context: 'there' })).context).toBe('there');
    await expect(connectCluster({ kubeconfig: join(dir, 'none') })).rejects.toThrow(/cannot be read: ENOENT/);
    const empty = join(dir, 'empty');
    writeFileSync(empty, '{}');
    await expect(connectCluster({ kubeconfig: empty })).rejects.toThrow(/has no cluster for its current context/);
  });
});
