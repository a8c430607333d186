/** The Ingress that leads a CA to the answer of one challenge. */

import { CHALLENGE_PATH, SOLVER_PREFIX } from '#translate/challenge-solver.ts';
import { MADE_HERE } from '../objects.ts';

export interface SolverPlace {
  readonly namespace: string;
  /** Empty: the gateway takes Ingresses of every class. */
  readonly ingressClass: string;
  /** The controller's own, of that namespace. */
  readonly service: { readonly name: string; readonly port: number };
}

export function solverName(domain: string): string {
  return `${SOLVER_PREFIX}${domain.replaceAll('.', '-')}`;
}

export function solverIngress(domain: string, token: string, { namespace, ingressClass, service }: SolverPlace) {
  const backend = { service: { name: service.name, port: { number: service.port } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: solverName(domain),
      namespace,
      labels: MADE_HERE,
    },
    spec: {
      ...(ingressClass === '' ? {} : { ingressClassName: ingressClass }),
      rules: [{ host: domain, http: { paths: [{ path: `${CHALLENGE_PATH}${token}`, pathType: 'Exact', backend }] } }],
    },
  };
}
