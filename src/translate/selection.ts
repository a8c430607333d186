/** Which Ingresses are ours, and who came first. */
import type { Ingress } from '#model/ingress/ingress.ts';
import type { ObjectMeta } from '#model/object.ts';
import type { WorldSettings } from '#model/world.ts';
import { isChallengeSolver } from './challenge-solver.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

type ClassSettings = Pick<WorldSettings, 'ingressClass' | 'watchNamespace' | 'systemNamespace'>;

/**
 * The annotation counts before the class name. Class "" takes every Ingress, `nginx` also those without a class, any other class only those that
 * name it. A class name counts the same with or without an IngressClass object of that name.
 */
export function isSelected(ingress: Ingress, settings: ClassSettings): boolean {
  const { metadata, spec } = ingress;
  const watched = settings.watchNamespace === '' || metadata.namespace === settings.watchNamespace;
  if (!watched && !isChallengeSolver(ingress, settings.systemNamespace)) return false;
  const own = settings.ingressClass;
  if (own === '') return true;
  const named = metadata.annotations[CLASS_ANNOTATION] ?? spec.ingressClassName ?? '';
  return named === own || (own === 'nginx' && named === '');
}

/**
 * Sort key: creation time, then `name.namespace`. Objects without a creation time, which come from a folder, stand after those that have one, by
 * `namespace/name`.
 */
export function creationKey(metadata: ObjectMeta, file = ''): string {
  const created = metadata.creationTimestamp === undefined ? Number.NaN : Date.parse(metadata.creationTimestamp);
  if (Number.isNaN(created)) return `~\0${metadata.namespace}/${metadata.name}\0${file}`;
  return `${new Date(created).toISOString()}\0${metadata.name}.${metadata.namespace}\0${file}`;
}
