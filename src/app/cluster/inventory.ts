/** What of an installation is there: workloads by what they run, and their pods. Containers have the same names whatever the chart's values say. */
import { asClusterError, type Cluster, ClusterError } from './connect.ts';

export type Role = 'controller' | 'gateway' | 'plugin-server';

/** Name of the container that makes a workload what it is. */
const CONTAINERS: Readonly<Record<string, Role>> = {
  'higress-core': 'controller',
  'higress-gateway': 'gateway',
  'plugin-server': 'plugin-server',
};

export interface Pod {
  readonly name: string;
  readonly role: Role;
  readonly ready: boolean;
  /** Why it is not ready, as far as Kubernetes says; '' when it is, or does not. */
  readonly reason: string;
  readonly restarts: number;
}

export interface Workload {
  readonly kind: 'Deployment' | 'DaemonSet';
  readonly name: string;
  readonly role: Role;
  readonly image: string;
  readonly ready: number;
  readonly wanted: number;
  /** By name, those that are ending left out. */
  readonly pods: readonly Pod[];
}

export interface Inventory {
  readonly workloads: readonly Workload[];
  /** Of the controllers: the one that writes; undefined when it is not known. */
  readonly leader: string | undefined;
}

interface RawWorkload {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly replicas?: number;
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template: { readonly spec: { readonly containers: readonly { name: string; image: string }[] } };
  };
  readonly status?: {
    readonly readyReplicas?: number;
    readonly numberReady?: number;
    readonly desiredNumberScheduled?: number;
  };
}

interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
  readonly state?: { readonly waiting?: Said; readonly terminated?: Said };
}

interface Said {
  readonly reason?: string;
  readonly message?: string;
}

interface RawPod {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly ({ readonly type: string; readonly status: string } & Said)[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

const LEASE = 'higress-controller';

/** Throws ClusterError when the namespace has nothing of a gateway, or may not be looked at. */
export async function readInventory(cluster: Cluster): Promise<Inventory> {
  const { namespace } = cluster;
  const [deployments, daemonSets, pods, leader] = await Promise.all([
    list<RawWorkload>(cluster, `/apis/apps/v1/namespaces/${namespace}/deployments`),
    list<RawWorkload>(cluster, `/apis/apps/v1/namespaces/${namespace}/daemonsets`),
    list<RawPod>(cluster, `/api/v1/namespaces/${namespace}/pods`),
    leaderOf(cluster),
  ]);
  const workloads = [
    ...deployments.flatMap((one) => workloadOf('Deployment', one, pods)),
    ...daemonSets.flatMap((one) => workloadOf('DaemonSet', one, pods)),
  ];
  if (workloads.length === 0) throw await notInstalled(cluster);
  const order: readonly Role[] = ['controller', 'gateway', 'plugin-server'];
  workloads.sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role) || (a.name < b.name ? -1 : 1));
  return { workloads, leader };
}

/** Pods of a role, ready ones first, the leader before all. */
export function podsOf({ workloads, leader }: Inventory, role: Role): readonly Pod[] {
  const rank = ({ ready, name }: Pod) => (ready ? 0 : 2) + (name === leader ? 0 : 1);
  return workloads
    .filter((workload) => workload.role === role)
    .flatMap(({ pods }) => pods)
    .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

async function list<T>(cluster: Cluster, path: string): Promise<readonly T[]> {
  try {
    return (await cluster.client.request<{ readonly items: readonly T[] }>(path)).items;
  } catch (error) {
    throw asClusterError(cluster, `list ${path.split('/').at(-1)} in namespace ${cluster.namespace}`, error);
  }
}

/** Who may not read Leases does without: it only tells which controller is asked first. */
async function leaderOf({ client, namespace }: Cluster): Promise<string | undefined> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${LEASE}`;
  const lease = await client
    .request<{ readonly spec?: { readonly holderIdentity?: string } }>(path)
    .catch(() => undefined);
  return lease?.spec?.holderIdentity || undefined;
}

async function notInstalled(cluster: Cluster): Promise<ClusterError> {
  const { client, namespace, context } = cluster;
  const everywhere = await client
    .request<{ readonly items: readonly (RawWorkload & { metadata: { namespace: string } })[] }>(
      '/apis/apps/v1/deployments',
    )
    .catch(() => undefined);
  const elsewhere = (everywhere?.items ?? [])
    .filter((one) => roleOf(one) === 'controller')
    .map(({ metadata }) => metadata.namespace);
  const hint =
    elsewhere.length === 0 ? 'name its namespace with -n' : `there is one in ${elsewhere.join(', ')}: use -n`;
  return new ClusterError(`there is no gateway in namespace "${namespace}" of context "${context}"; ${hint}`);
}

function roleOf({ spec }: RawWorkload): Role | undefined {
  return spec.template.spec.containers.map(({ name }) => CONTAINERS[name]).find((role) => role !== undefined);
}

function workloadOf(kind: Workload['kind'], raw: RawWorkload, pods: readonly RawPod[]): Workload[] {
  const role = roleOf(raw);
  if (role === undefined) return [];
  const { metadata, spec, status } = raw;
  const selector = Object.entries(spec.selector.matchLabels ?? {});
  const mine = pods.filter(
    ({ metadata: { labels = {}, deletionTimestamp } }) =>
      deletionTimestamp === undefined && selector.every(([key, value]) => labels[key] === value),
  );
  const container = spec.template.spec.containers.find(({ name }) => CONTAINERS[name] === role);
  return [
    {
      kind,
      name: metadata.name,
      role,
      image: container?.image ?? '',
      ready: (kind === 'Deployment' ? status?.readyReplicas : status?.numberReady) ?? 0,
      wanted: (kind === 'Deployment' ? spec.replicas : status?.desiredNumberScheduled) ?? 0,
      pods: mine.map((pod) => podOf(pod, role)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    },
  ];
}

function podOf({ metadata, status = {} }: RawPod, role: Role): Pod {
  const { conditions = [], containerStatuses = [], phase = 'Unknown' } = status;
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const stuck = containerStatuses.flatMap(({ state }) => state?.waiting ?? state?.terminated ?? [])[0];
  const refused = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  const said = stuck ?? refused;
  const because = [said?.reason, said?.message].filter(Boolean).join(': ').replace(/\s+/g, ' ');
  return {
    name: metadata.name,
    role,
    ready,
    reason: ready ? '' : because || (phase === 'Running' ? 'its readiness probe fails' : phase),
    restarts: containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
  };
}
