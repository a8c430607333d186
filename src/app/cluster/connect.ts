/** The cluster that a kubeconfig names, as kubectl would choose it, and what goes wrong on the way to it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { readEnvironment } from '#app/settings.ts';
import { KubeClient, KubeError } from '#sources/kube/client.ts';

/** The cluster, or the installation in it, cannot be asked; the message says what is missing and the way out. */
export class ClusterError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ClusterError';
  }
}

/** As kubectl's flags of these names. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

export interface Cluster {
  readonly client: KubeClient;
  /** For port-forwards, which the client library makes. */
  readonly config: KubeConfig;
  /** Name of the kubeconfig's context. */
  readonly context: string;
  /** Where the gateway is installed. */
  readonly namespace: string;
}

export const DEFAULT_NAMESPACE = 'higress-system';

/** Throws ClusterError when there is no kubeconfig, or it is not one, or it names no such context. Nothing is asked yet. */
export async function connectCluster(flags: ClusterFlags): Promise<Cluster> {
  const { kubeconfig, context, namespace = DEFAULT_NAMESPACE } = flags;
  if (kubeconfig === undefined && kubeconfigs().length === 0)
    throw new ClusterError('there is no kubeconfig: name one with --kubeconfig FILE, or set KUBECONFIG');
  // Half a second to load, and of no use to who asks folders or this machine.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    const which = kubeconfig === undefined ? kubeconfigs().join(', ') : `"${kubeconfig}"`;
    throw new ClusterError(`the kubeconfig ${which} cannot be read: ${(error as Error).message}`);
  }
  const names = config.getContexts().map(({ name }) => name);
  const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  if (context !== undefined && !names.includes(context))
    throw new ClusterError(`the kubeconfig has no context "${context}"; ${known}`);
  if (context !== undefined) config.setCurrentContext(context);
  if (config.getCurrentCluster() === null)
    throw new ClusterError(
      `the kubeconfig has no cluster for its current context "${config.getCurrentContext() ?? ''}"; choose one with --context, ${known}`,
    );
  return { client: new KubeClient(config), config, context: config.getCurrentContext(), namespace };
}

/** Whether anything names a cluster without flags. */
export function clusterConfigured(): boolean {
  return kubeconfigs().length > 0;
}

/** Files that kubectl would read; an empty KUBECONFIG counts as none given. */
function kubeconfigs(): readonly string[] {
  const { variables, home } = readEnvironment();
  if (variables.KUBECONFIG) return [variables.KUBECONFIG];
  const file = join(home, '.kube', 'config');
  return existsSync(file) ? [file] : [];
}

/** What the API server said to `doing`, for example `list pods`, as an error for people. */
export function asClusterError({ context, config }: Cluster, doing: string, error: unknown): ClusterError {
  if (error instanceof ClusterError) return error;
  if (error instanceof KubeError) {
    if (error.status === 401)
      return new ClusterError(
        `the cluster of context "${context}" does not know you: renew the credentials of its user`,
      );
    if (error.status === 403)
      return new ClusterError(
        `you may not ${doing}: ${error.message}; docs/kubernetes.md tells the role that is needed`,
      );
    return new ClusterError(`the cluster of context "${context}" did not let ${doing}: ${error.message}`);
  }
  const server = config.getCurrentCluster()?.server ?? '';
  const { code, message } = error as NodeJS.ErrnoException;
  return new ClusterError(
    `the cluster of context "${context}" cannot be reached at ${server} (${code ?? message}); choose another with --context or --kubeconfig`,
  );
}
