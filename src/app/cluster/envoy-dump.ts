/**
 * A section of the configuration of a gateway pod, as its Envoy has it, without secrets. Envoy hides some; what else in it is secret only a controller can tell, so
 * the section goes through the controller that the pod is connected to.
 */
import { AdminClient } from '#app/admin/client.ts';
import type { NodeStatus } from '#xds/server/status.ts';
import { type Cluster, ClusterError } from './connect.ts';
import { connectionOf } from './controllers.ts';
import type { Inventory, Pod } from './inventory.ts';
import { ENVOY_ADMIN_PORT, podDoor } from './pod-door.ts';

export interface Dump {
  readonly configs?: readonly { readonly '@type'?: string }[];
}

/** The part of a dump by the last word of its type; Envoy leaves out a part that it has nothing of. */
export function sectionOf({ configs = [] }: Dump, type: string): object {
  return configs.find((one) => one['@type']?.endsWith(`.${type}`)) ?? {};
}

/** Sections that hold nothing but addresses and what the chart writes. */
const WITHOUT_SECRETS: ReadonlySet<string> = new Set(['BootstrapConfigDump', 'EndpointsConfigDump']);
const ATTEMPTS = 5;

export async function podSection(cluster: Cluster, inventory: Inventory, pod: Pod, type: string): Promise<object> {
  const envoy = new AdminClient(podDoor(cluster, pod.name, ENVOY_ADMIN_PORT));
  const read = async () => sectionOf((await envoy.json('/config_dump?include_eds')) as Dump, type);
  if (WITHOUT_SECRETS.has(type)) return read();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = await connected(cluster, inventory, pod);
    const section = await read();
    const shown = await before.controller.ask('redact', section);
    const after = await connected(cluster, inventory, pod);
    // Else it may hold a secret that its controller had forgotten, or did not know yet.
    if (before.controller.url === after.controller.url && settledAt(before.node) === settledAt(after.node))
      return shown as object;
  }
  throw new ClusterError(`the configuration of pod ${cluster.namespace}/${pod.name} changes all the time; try again`);
}

async function connected(cluster: Cluster, inventory: Inventory, pod: Pod) {
  const found = await connectionOf(cluster, inventory, pod);
  if (found !== undefined) return found;
  throw new ClusterError(
    `pod ${cluster.namespace}/${pod.name} is connected to no controller that is ready, so nobody can tell what in its configuration is secret; \`higress status\` tells more; bootstrap and endpoint can be shown`,
  );
}

/** Differs between two configurations; never equal while one is on its way. */
function settledAt({ types }: NodeStatus): unknown {
  const all = Object.entries(types);
  if (!all.every(([, { settled }]) => settled)) return Symbol('on its way');
  return all.map(([type, { ackedVersion }]) => `${type} ${ackedVersion}`).join('\n');
}
