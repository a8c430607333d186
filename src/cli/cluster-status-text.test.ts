import { describe, expect, it } from '@jest/globals';
import type { ControllerStatus } from '#app/admin/status.ts';
import type { ClusterStatus } from '#app/cluster/status.ts';
import { clusterLines } from './cluster-status-text.ts';

const pod = (name: string, role: 'controller' | 'gateway', reason = '') =>
  ({ name, role, ready: reason === '', reason, restarts: reason === '' ? 0 : 4 }) as const;

const node = {
  id: 'edge-a.ns',
  cluster: 'higress-gateway',
  role: 'gateway',
  version: '1.40.0',
  protocol: 'delta',
  connectedSince: '2030-01-01T00:00:00.000Z',
  types: {
    route: {
      wildcard: true,
      subscribed: [],
      sentVersion: 'b',
      ackedVersion: 'a',
      settled: false,
      resources: { r: 'a' },
      lastAck: '2030-01-01T00:00:01.000Z',
      lastNack: { detail: 'duplicate domain', resourceNames: ['r'], time: '2030-01-01T00:00:02.000Z' },
    },
  },
} as const;

const told: ControllerStatus = {
  admin: 'pod ns/brain-a',
  ready: true,
  notReadyBecause: [],
  process: { version: '1.2.3', node: 'v24.0.0', startedAt: '2030-01-01T00:00:00.000Z' },
  nodes: [node],
  served: { route: { version: 'b', count: 1 } } as unknown as ControllerStatus['served'],
  rejections: [{ type: 'route', name: 'r', detail: 'duplicate domain' }],
  registries: [],
  problems: [],
};

const status: ClusterStatus = {
  context: 'here',
  namespace: 'ns',
  ready: false,
  notReadyBecause: ['Deployment edge has 1 of 2 pods ready'],
  workloads: [
    {
      kind: 'Deployment',
      name: 'brain',
      role: 'controller',
      image: 'hub/higress:1',
      ready: 2,
      wanted: 2,
      pods: [pod('brain-a', 'controller'), pod('brain-b', 'controller')],
    },
    {
      kind: 'DaemonSet',
      name: 'edge',
      role: 'gateway',
      image: 'hub/envoy:1',
      ready: 1,
      wanted: 2,
      pods: [pod('edge-a', 'gateway'), pod('edge-b', 'gateway', 'CrashLoopBackOff: back-off')],
    },
  ],
  controllers: [
    { pod: 'brain-a', leader: true, status: told },
    { pod: 'brain-b', leader: false, status: { ...told, nodes: [] } },
  ],
  nodes: [{ ...node, controller: 'brain-a', pod: 'edge-a' }],
};

describe('the status of an installation as text', () => {
  it('tells workloads, pods, and per gateway pod what it confirmed and refused last', () => {
    expect(clusterLines(status)).toEqual([
      'gateway  NOT READY (namespace ns, context here)',
      '         Deployment edge has 1 of 2 pods ready',
      '',
      'COMPONENT   WORKLOAD          READY  IMAGE',
      'controller  Deployment/brain  2/2    hub/higress:1',
      'gateway     DaemonSet/edge    1/2    hub/envoy:1',
      '',
      'POD      READY                            RESTARTS  VERSION  CONNECTED',
      'brain-a  yes                              0         1.2.3    leader, 1 connected',
      'brain-b  yes                              0         1.2.3    0 connected',
      'edge-a   yes                              0         1.40.0   to brain-a since 2030-01-01T00:00:00.000Z',
      'edge-b   no (CrashLoopBackOff: back-off)  4         -        no',
      '',
      'NODE    TYPE   STATE    VERSION  HELD  SERVED  LAST ACK                  LAST NACK',
      'edge-a  route  refused  a        1     1       2030-01-01T00:00:01.000Z  2030-01-01T00:00:02.000Z duplicate domain',
      '',
      'Refused (the last accepted version serves)',
      '  route r: duplicate domain',
      '',
      '0 errors, 0 warnings',
    ]);
  });

  it('says that nothing more is known when no controller answers', () => {
    const lines = clusterLines({ ...status, controllers: [{ pod: 'brain-a', leader: true, error: 'no' }], nodes: [] });
    expect(lines.at(-1)).toBe('No controller answers, so nothing is known of who is connected, nor of problems.');
    expect(lines.find((line) => line.startsWith('edge-a'))).toMatch(/unknown$/);
    expect(lines.find((line) => line.startsWith('brain-a'))).toMatch(/leader, not asked$/);
  });
});
