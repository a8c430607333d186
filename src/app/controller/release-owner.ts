/**
 * Who owns what the controller makes for itself (Secrets for xDS, the Lease): its own Deployment, so that Kubernetes' garbage collector takes these
 * objects away when the release is uninstalled.
 */
import type { Logger } from '#lib/log.ts';
import type { KubeClient } from '#sources/kube/client.ts';

/** As in `metadata.ownerReferences`; the owner stands in the same namespace. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** The Deployment `deployment` as an owner; undefined when it is not named, not there or may not be read: then what is made stays. */
export async function releaseOwner(
  client: KubeClient,
  namespace: string,
  deployment: string,
  log: Logger,
): Promise<OwnerReference | undefined> {
  if (deployment === '') return undefined;
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}`;
  try {
    const { metadata } = await client.request<{ readonly metadata: { readonly uid: string } }>(path);
    return { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment, uid: metadata.uid };
  } catch (error) {
    log.warn(
      { err: error, deployment: `${namespace}/${deployment}` },
      'the Deployment of the controller cannot be read: its Secrets and Lease stay when it is uninstalled',
    );
    return undefined;
  }
}

/** The references of an object, `owner` among them. */
export function withOwner(
  existing: readonly OwnerReference[] | undefined,
  owner: OwnerReference | undefined,
): readonly OwnerReference[] | undefined {
  if (owner === undefined || existing?.some(({ uid }) => uid === owner.uid)) return existing;
  // A Deployment of the same name that is gone owns nothing any more.
  const others = (existing ?? []).filter(({ kind, name }) => kind !== owner.kind || name !== owner.name);
  return [...others, owner];
}
