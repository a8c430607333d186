/** `higress status` of an installation in a cluster, as text. */
import type { ClusterStatus } from '#app/cluster/status.ts';
import type { Problem } from '#ir/types.ts';
import { columns, nodeTable, problemLines, refusedLines, registryLines } from './status-text.ts';

export function clusterLines(status: ClusterStatus): string[] {
  const { context, namespace, ready, notReadyBecause, controllers, nodes } = status;
  const answered = controllers.flatMap((one) => one.status ?? []);
  const [first] = answered;
  const out = [
    `gateway  ${ready ? 'ready' : 'NOT READY'} (namespace ${namespace}, context ${context})`,
    ...notReadyBecause.map((reason) => `         ${reason}`),
    '',
    ...workloadTable(status),
    '',
    ...podTable(status),
  ];
  if (first === undefined)
    return [...out, '', 'No controller answers, so nothing is known of who is connected, nor of problems.'];
  return [
    ...out,
    '',
    ...nodeTable(
      nodes.map((node) => ({ ...node, id: node.pod ?? node.id })),
      first.served,
    ),
    ...refusedLines(distinct(answered.flatMap(({ rejections }) => rejections))),
    ...registryLines(first.registries),
    '',
    ...problemLines(distinct<Problem>(answered.flatMap(({ problems }) => problems))),
  ];
}

function workloadTable({ workloads }: ClusterStatus): string[] {
  return columns([
    ['COMPONENT', 'WORKLOAD', 'READY', 'IMAGE'],
    ...workloads.map(({ role, kind, name, ready, wanted, image }) => [
      role,
      `${kind}/${name}`,
      `${ready}/${wanted}`,
      image,
    ]),
  ]);
}

function podTable({ workloads, controllers, nodes }: ClusterStatus): string[] {
  const asked = controllers.some(({ status }) => status !== undefined);
  const rows = workloads.flatMap(({ pods }) =>
    pods.map(({ name, role, ready, reason, restarts }) => {
      const own = controllers.find(({ pod }) => pod === name);
      const mine = nodes.filter(({ pod, role: as }) => pod === name && as === role);
      const version = role === 'controller' ? own?.status?.process.version : mine[0]?.version;
      const connected =
        role === 'controller'
          ? `${own?.leader ? 'leader, ' : ''}${own?.status === undefined ? 'not asked' : `${own.status.nodes.length} connected`}`
          : mine.map(({ controller, connectedSince }) => `to ${controller} since ${connectedSince}`).join(', ') ||
            (asked ? 'no' : 'unknown');
      return [name, ready ? 'yes' : `no (${reason})`, String(restarts), version || '-', connected];
    }),
  );
  return columns([['POD', 'READY', 'RESTARTS', 'VERSION', 'CONNECTED'], ...rows]);
}

/** Every controller tells the same of what it reads; once is enough. */
function distinct<T>(all: readonly T[]): readonly T[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}
