/** How a whole installation is: its workloads and pods as Kubernetes sees them, and what each controller says of who is connected to it. */
import { AdminError } from '#app/admin/client.ts';
import { type ControllerStatus, readStatus } from '#app/admin/status.ts';
import type { NodeStatus } from '#xds/server/status.ts';
import { type Cluster, ClusterError } from './connect.ts';
import { controllerAt, isNodeOf } from './controllers.ts';
import { type Inventory, type Pod, podsOf, type Role, readInventory, type Workload } from './inventory.ts';

export interface ControllerAnswer {
  readonly pod: string;
  readonly leader: boolean;
  /** Absent: it could not be asked, or is not ready. */
  readonly status?: ControllerStatus;
  /** Why it could not be asked. */
  readonly error?: string;
}

/** A gateway or plugin server as the controller knows it that it is connected to. */
export interface ConnectedNode extends NodeStatus {
  /** Of the controller. */
  readonly controller: string;
  /** Its own; absent: none of those that the workloads have. */
  readonly pod?: string;
}

export interface ClusterStatus {
  readonly context: string;
  readonly namespace: string;
  readonly ready: boolean;
  readonly notReadyBecause: readonly string[];
  readonly workloads: readonly Workload[];
  readonly controllers: readonly ControllerAnswer[];
  readonly nodes: readonly ConnectedNode[];
}

/** Throws ClusterError when the cluster cannot be asked, or may not be. A controller that does not answer is part of the status. */
export async function readClusterStatus(cluster: Cluster): Promise<ClusterStatus> {
  const inventory = await readInventory(cluster);
  const controllers = await Promise.all(
    podsOf(inventory, 'controller').map((pod) => ask(cluster, pod, pod.name === inventory.leader)),
  );
  const pods = inventory.workloads.flatMap((workload) => workload.pods);
  const nodes = controllers.flatMap(({ pod: controller, status }) =>
    (status?.nodes ?? []).map((node): ConnectedNode => {
      const own = pods.find((pod) => isNodeOf(node, cluster, pod));
      return { ...node, controller, ...(own === undefined ? {} : { pod: own.name }) };
    }),
  );
  nodes.sort((a, b) => (a.id < b.id ? -1 : 1));
  const notReadyBecause = reasons(cluster, inventory, controllers, nodes);
  const { context, namespace } = cluster;
  const { workloads } = inventory;
  return { context, namespace, ready: notReadyBecause.length === 0, notReadyBecause, workloads, controllers, nodes };
}

async function ask(cluster: Cluster, pod: Pod, leader: boolean): Promise<ControllerAnswer> {
  if (!pod.ready) return { pod: pod.name, leader };
  try {
    return { pod: pod.name, leader, status: await readStatus(controllerAt(cluster, pod)) };
  } catch (error) {
    if (!(error instanceof AdminError || error instanceof ClusterError)) throw error;
    return { pod: pod.name, leader, error: error.message };
  }
}

function reasons(
  { namespace }: Cluster,
  inventory: Inventory,
  controllers: readonly ControllerAnswer[],
  nodes: readonly ConnectedNode[],
): string[] {
  const { workloads } = inventory;
  const asked = controllers.some(({ status }) => status !== undefined);
  const missing = (['controller', 'gateway'] satisfies Role[]).filter((role) =>
    workloads.every((one) => one.role !== role),
  );
  return [
    ...missing.map((role) => `namespace ${namespace} has no ${role}`),
    ...workloads.flatMap(workloadReasons),
    ...controllers.flatMap(({ pod, status, error }) => {
      const said = error === undefined ? (status?.notReadyBecause ?? []) : [error];
      return said.map((reason) => `controller ${pod}: ${reason}`);
    }),
    ...podsOf(inventory, 'gateway')
      .filter(({ ready }) => asked && ready)
      .filter(({ name }) => nodes.every(({ pod, role }) => pod !== name || role !== 'gateway'))
      .map(({ name }) => `gateway pod ${name} is connected to no controller that answers`),
  ];
}

function workloadReasons({ kind, name, ready, wanted, pods }: Workload): string[] {
  if (wanted === 0) return [`${kind} ${name} wants no pods`];
  if (ready >= wanted) return [];
  const waiting = pods.filter((pod) => !pod.ready).map((pod) => `pod ${pod.name}: ${pod.reason}`);
  return [`${kind} ${name} has ${ready} of ${wanted} pods ready`, ...waiting];
}
