/**
 * Ingresses that the controller makes while a CA looks for the answer to an HTTP-01 challenge. They must be found whatever stands beside them: they are
 * selected in every watched namespace, have an exact path, which goes before all others of the host, and no plugin guards them.
 */
import type { Ingress } from '#model/ingress/ingress.ts';

export const CHALLENGE_PATH = '/.well-known/acme-challenge/';
export const SOLVER_PREFIX = 'higress-http-solver-';

/** Only the controller, and who may do as much, writes Ingresses in the system namespace. */
export function isChallengeSolver({ metadata, spec }: Ingress, systemNamespace: string): boolean {
  if (metadata.namespace !== systemNamespace || !metadata.name.startsWith(SOLVER_PREFIX)) return false;
  return spec.defaultBackend === undefined && spec.rules.every(({ paths }) => paths.every(isChallengePath));
}

function isChallengePath({ path, pathType }: Ingress['spec']['rules'][number]['paths'][number]): boolean {
  return pathType === 'Exact' && path?.startsWith(CHALLENGE_PATH) === true;
}
