/** What the commands share that ask a gateway: where it is, and what goes wrong on the way to it. */
import { AdminClient, AdminError, DEFAULT_ADMIN_URL } from '#app/admin/client.ts';
import {
  type Cluster,
  ClusterError,
  type ClusterFlags,
  clusterConfigured,
  connectCluster,
} from '#app/cluster/connect.ts';
import { choosePod, controllerAt } from '#app/cluster/controllers.ts';
import { readInventory } from '#app/cluster/inventory.ts';
import type { OfflineOptions } from '#app/offline.ts';
import { offlineView, PathError, runningView } from '#app/view.ts';
import { RequestError } from '#explain/request.ts';
import type { GatewayView } from '#explain/view.ts';

/** Standing for "could not answer", in contrast to an answer that is no. */
export const STATUS_FAILED = 2;

/** Flags of the commands that ask a running gateway. */
export interface PlaceFlags extends ClusterFlags {
  readonly admin?: string;
}

/** Where the gateway is: behind an address, or in a cluster. */
export type Place = { readonly admin: AdminClient } | { readonly cluster: Cluster };

/**
 * What flags say; without any, the gateway on this machine, or, when none answers there, the cluster of the kubeconfig that kubectl would take. Throws
 * ClusterError, AdminError.
 */
export async function placeOf(flags: PlaceFlags): Promise<Place> {
  const { admin, kubeconfig, context, namespace } = flags;
  if (admin !== undefined) return { admin: new AdminClient(admin) };
  if ([kubeconfig, context, namespace].some((flag) => flag !== undefined))
    return { cluster: await connectCluster(flags) };
  const local = new AdminClient(DEFAULT_ADMIN_URL);
  if (!clusterConfigured() || (await local.answers())) return { admin: local };
  const cluster = await connectCluster(flags);
  note(`no gateway answers at ${DEFAULT_ADMIN_URL}; asking context ${cluster.context}, namespace ${cluster.namespace}`);
  return { cluster };
}

/** The gateway, or one controller of it. */
export async function adminOf(place: Place): Promise<AdminClient> {
  if ('admin' in place) return place.admin;
  const { cluster } = place;
  const chosen = choosePod(cluster, await readInventory(cluster), 'controller');
  if (chosen.note !== undefined) note(chosen.note);
  return controllerAt(cluster, chosen.pod);
}

/** Folders when there are any, else the running gateway. */
export async function viewOf(
  paths: readonly string[] | undefined,
  place: PlaceFlags,
  options: OfflineOptions,
): Promise<GatewayView> {
  if (paths !== undefined && paths.length > 0) return offlineView(paths, options);
  return runningView(await adminOf(await placeOf(place)));
}

const MENDABLE = [AdminError, ClusterError, PathError, RequestError];

/** Whoever reads may have had enough, for example `head`. */
function untilNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

/** Runs a command; what the user can mend ends it with one line and the exit status given. */
export async function answering(command: () => Promise<void>, failedStatus = STATUS_FAILED): Promise<void> {
  untilNobodyReads();
  try {
    await command();
  } catch (error) {
    if (!MENDABLE.some((kind) => error instanceof kind)) throw error;
    process.stderr.write(`higress: ${(error as Error).message}\n`);
    process.exitCode = failedStatus;
  }
}

/** On standard error, so that standard output stays the answer alone. */
export function note(text: string): void {
  process.stderr.write(`note: ${text}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
