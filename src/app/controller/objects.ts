/** Where objects live in the API, for those that the controller writes to. */
import { KUBE_KINDS } from '#sources/kube/kinds.ts';

export function objectPath(kind: string, namespace: string, name: string): string {
  const found = KUBE_KINDS.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`no path is known for kind ${kind}`);
  const base = found.apiVersion === 'v1' ? '/api/v1' : `/apis/${found.apiVersion}`;
  return found.scope === 'cluster'
    ? `${base}/${found.plural}/${name}`
    : `${base}/namespaces/${namespace}/${found.plural}/${name}`;
}

export function apiVersionOf(kind: string): string | undefined {
  return KUBE_KINDS.find((one) => one.kind === kind)?.apiVersion;
}
