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

/** On everything that the controller makes. */
export const MADE_HERE = { 'app.kubernetes.io/managed-by': 'higress-controller' } as const;

export function isMadeHere({ labels }: { readonly labels?: Readonly<Record<string, string>> }): boolean {
  return Object.entries(MADE_HERE).every(([label, value]) => labels?.[label] === value);
}

export function apiVersionOf(kind: string): string | undefined {
  return KUBE_KINDS.find((one) => one.kind === kind)?.apiVersion;
}
