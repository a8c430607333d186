/**
 * A real API server for the tests under `test/kube`: one cluster for the run (`test/kube/setup.mjs`), one namespace for each file.
 * `kubectl` is what users have, so objects go in and out by it; `kubeConfig` is for what the controller does.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { KubeConfig } from '@kubernetes/client-node';

export interface KubeObjectJson {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly generation?: number };
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
    child.stdin?.end(input ?? '');
  });
}

/** Brings the kinds of `crds/` to the cluster and waits until they are served. */
export async function installCrds(): Promise<void> {
  const folder = fileURLToPath(new URL('../../crds', import.meta.url));
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', folder]);
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', '-f', folder]);
}

/** A new namespace with a name that begins with `prefix`. */
export async function kubeNamespace(prefix: string): Promise<KubeNamespace> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  await kubectl(['create', 'namespace', name]);
  const within = (args: readonly string[], input?: string) => kubectl(['--namespace', name, ...args], input);
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
