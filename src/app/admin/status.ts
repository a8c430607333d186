/** How one control plane is, as its admin door tells. */
import type { Problem } from '#ir/types.ts';
import type { RegistryStatus } from '#sources/registry/manager.ts';
import type { AdsStatus, NodeStatus } from '#xds/server/status.ts';
import type { AdminClient } from './client.ts';

export interface ControllerStatus {
  readonly admin: string;
  readonly ready: boolean;
  readonly notReadyBecause: readonly string[];
  readonly process: { readonly version: string; readonly node: string; readonly startedAt: string };
  readonly nodes: readonly NodeStatus[];
  readonly served: AdsStatus['served'];
  readonly rejections: readonly { readonly type: string; readonly name: string; readonly detail: string }[];
  readonly registries: readonly RegistryStatus[];
  readonly problems: readonly Problem[];
}

/** Throws AdminError. */
export async function readStatus(admin: AdminClient): Promise<ControllerStatus> {
  const [notReadyBecause, process, xds, registries, model] = await Promise.all([
    admin.notReadyBecause(),
    admin.page('process'),
    admin.page('xds'),
    admin.page('registries'),
    admin.page('model'),
  ]);
  const { nodes, served, rejections } = xds as AdsStatus;
  return {
    admin: admin.url,
    ready: notReadyBecause.length === 0,
    notReadyBecause,
    process: process as ControllerStatus['process'],
    nodes,
    served,
    rejections: rejections.map(({ type, name, detail }) => ({ type, name, detail })),
    registries: registries as ControllerStatus['registries'],
    problems: (model as { readonly problems: readonly Problem[] }).problems,
  };
}
