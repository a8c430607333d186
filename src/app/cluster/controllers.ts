/** Controller pods that answer, and what each says of the gateways and plugin servers that are connected to it. */
import { AdminClient } from '#app/admin/client.ts';
import type { AdsStatus, NodeStatus } from '#xds/server/status.ts';
import { type Cluster, ClusterError } from './connect.ts';
import { type Inventory, type Pod, podsOf } from './inventory.ts';
import { CONTROLLER_PORT, podDoor } from './pod-door.ts';

export interface Chosen {
  readonly pod: Pod;
  /** One of how many, and why this one; undefined when there is no choice. */
  readonly note: string | undefined;
}

/** The pod called `name`, else the first of `podsOf`. Throws ClusterError when there is none that is ready. */
export function choosePod(cluster: Cluster, inventory: Inventory, role: Pod['role'], name?: string): Chosen {
  const { namespace } = cluster;
  const pods = podsOf(inventory, role);
  if (name !== undefined) {
    const pod = pods.find((one) => one.name === name);
    if (pod !== undefined) return { pod, note: undefined };
    const known = pods.length === 0 ? 'there is none' : `there are ${pods.map((one) => one.name).join(', ')}`;
    throw new ClusterError(`namespace "${namespace}" has no ${role} pod "${name}"; ${known}`);
  }
  const [first] = pods;
  if (first === undefined)
    throw new ClusterError(`namespace "${namespace}" has no ${role} pod; \`higress status\` tells more`);
  if (!first.ready)
    throw new ClusterError(
      `no ${role} pod in namespace "${namespace}" is ready: ${pods.map((pod) => `${pod.name}: ${pod.reason}`).join('; ')}`,
    );
  if (pods.length === 1) return { pod: first, note: undefined };
  const why = first.name === inventory.leader ? 'the leader' : 'the first that is ready';
  return { pod: first, note: `asked ${role} pod ${first.name}, ${why} of ${pods.length}` };
}

export function controllerAt(cluster: Cluster, pod: Pod): AdminClient {
  return new AdminClient(podDoor(cluster, pod.name, CONTROLLER_PORT));
}

/** What the pod calls itself towards a controller; a gateway pod may have a plugin server beside its Envoy, which is a node of its own. */
export function isNodeOf({ id }: NodeStatus, { namespace }: Cluster, pod: Pod): boolean {
  return id === `${pod.name}.${namespace}` || id === pod.name;
}

export interface Connected {
  readonly controller: AdminClient;
  readonly node: NodeStatus;
}

/** The controller that a pod is connected to, as all ready controllers say; undefined when it is to none. */
export async function connectionOf(cluster: Cluster, inventory: Inventory, pod: Pod): Promise<Connected | undefined> {
  const controllers = podsOf(inventory, 'controller').filter(({ ready }) => ready);
  const found = await Promise.all(
    controllers.map(async (one): Promise<Connected | undefined> => {
      const controller = controllerAt(cluster, one);
      const { nodes } = (await controller.page('xds')) as AdsStatus;
      const node = nodes.find((each) => each.role === pod.role && isNodeOf(each, cluster, pod));
      return node === undefined ? undefined : { controller, node };
    }),
  );
  return found.find((one) => one !== undefined);
}
