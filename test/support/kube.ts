/**
 * A real API server for the tests under `test/kube`: one cluster for the run (`test/kube/setup.mjs`), one namespace for each file.
 * `kubectl` is what users have, so objects go in and out by it; `kubeConfig` is for what the controller does.
 */
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KubeConfig } from '@kubernetes/client-node';

export interface KubeObjectJson {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

export interface KubeNamespace {
  readonly name: string;
  /** What kubectl printed. Rejects with its complaint. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Creates or changes what a manifest (YAML or JSON) says. */
  apply(manifest: string): Promise<string>;
  get(kind: string, name: string): Promise<KubeObjectJson>;
  /** Writes the status subresource with a merge patch. */
  patchStatus(kind: string, name: string, status: unknown): Promise<void>;
  dispose(): Promise<void>;
}

/** Path of the kubeconfig of the test cluster. */
export function kubeconfigFile(): string {
  const file = process.env.KUBE_TEST_KUBECONFIG;
  if (file === undefined) throw new Error('no test cluster: run this file with --selectProjects kube');
  return file;
}

export function kubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigFile());
  return config;
}

export function kubectl(args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const all = ['--kubeconfig', kubeconfigFile(), ...args];
    const child = execFile('kubectl', all, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr.trim() || error.message));
    });
    // kubectl may end before it has read; its status says what there is to say.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}

/** Kills or starts a daemon of the test cluster, for example `kube-apiserver`; its data stay. */
export function clusterComponent(action: 'stop' | 'start', name: string): void {
  const script = fileURLToPath(new URL('../../hack/cluster/component.sh', import.meta.url));
  execFileSync('bash', [script, action, name], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Brings the kinds of `crds/` to the cluster and waits until they are served. */
export async function installCrds(): Promise<void> {
  const folder = fileURLToPath(new URL('../../crds', import.meta.url));
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', folder]);
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', '-f', folder]);
}

/** Requests that write Ingresses or kinds of Higress, ones that changed nothing too: they move no `resourceVersion`. */
export async function objectWrites(): Promise<number> {
  const text = await kubectl(['get', '--raw', '/metrics']);
  const counters = text.matchAll(/^apiserver_request_total\{(.*)\} (\S+)$/gm);
  return (
    [...counters]
      .filter(([, labels = '']) => /resource="(ingresses|mcpbridges|wasmplugins|http2rpcs)"/.test(labels))
      // Deletions are not the controller's: the API server's own controller empties namespaces of earlier tests.
      .filter(([, labels = '']) => /verb="(POST|PUT|PATCH|APPLY)"/.test(labels))
      .reduce((sum, [, , count]) => sum + Number(count), 0)
  );
}

/** A new namespace with a name that begins with `prefix`. */
export async function kubeNamespace(prefix: string): Promise<KubeNamespace> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  await kubectl(['create', 'namespace', name]);
  const within = (args: readonly string[], input?: string) => kubectl(['--namespace', name, ...args], input);
  // Pods are refused until a controller of the cluster has made it.
  await within(['wait', '--for=create', 'serviceaccount/default', '--timeout=60s']);
  return {
    name,
    kubectl: within,
    apply: (manifest) => within(['apply', '-f', '-'], manifest),
    get: async (kind, object) => JSON.parse(await within(['get', kind, object, '-o', 'json'])) as KubeObjectJson,
    patchStatus: async (kind, object, status) => {
      const patch = JSON.stringify({ status });
      await within(['patch', kind, object, '--subresource=status', '--type=merge', '-p', patch]);
    },
    dispose: async () => {
      await kubectl(['delete', 'namespace', name, '--wait=false']);
    },
  };
}

/** Path of a kubeconfig of a ServiceAccount that may do all that the controller does, but not read these kinds. */
export async function kubeconfigWithout(namespace: KubeNamespace, forbidden: readonly string[]): Promise<string> {
  const name = `restricted-${randomBytes(4).toString('hex')}`;
  const readable: readonly (readonly [string, readonly string[]])[] = [
    ['', ['services', 'secrets', 'configmaps', 'namespaces']],
    ['networking.k8s.io', ['ingresses', 'ingressclasses']],
    ['discovery.k8s.io', ['endpointslices']],
    ['networking.higress.io', ['mcpbridges', 'http2rpcs']],
    ['extensions.higress.io', ['wasmplugins']],
  ];
  const rules = readable.map(([group, kinds]) => ({
    apiGroups: [group],
    resources: kinds.filter((kind) => !forbidden.includes(kind)),
    verbs: ['get', 'list', 'watch'],
  }));
  const own = [
    { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'update'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
  ];
  const subject = { kind: 'ServiceAccount', name, namespace: namespace.name };
  const ref = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: namespace.name } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: [...rules, ...own],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      subjects: [subject],
      roleRef: ref,
    },
  ];
  for (const object of objects) await kubectl(['apply', '-f', '-'], JSON.stringify(object));
  return kubeconfigOf(namespace.name, name);
}

/** Path of a kubeconfig with a token of the ServiceAccount. */
export async function kubeconfigOf(namespace: string, serviceAccount: string): Promise<string> {
  const token = (await kubectl(['--namespace', namespace, 'create', 'token', serviceAccount])).trim();
  const config = JSON.parse(await kubectl(['config', 'view', '--raw', '--minify', '-o', 'json'])) as {
    users: { name: string; user: object }[];
  };
  config.users = config.users.map(({ name }) => ({ name, user: { token } }));
  const file = join(dirname(kubeconfigFile()), `${serviceAccount}.kubeconfig`);
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
