/** Which object and field a thing came from. */
import type { Origin } from '#ir/types.ts';
import type { KnownNames } from '#model/ingress/annotations/value.ts';
import { HIGRESS_PREFIX, NGINX_PREFIX } from '#model/ingress/annotations/value.ts';
import type { Ingress, IngressPath } from '#model/ingress/ingress.ts';
import { originOf } from '#model/object.ts';
import type { GatewayView } from './view.ts';

export interface Source {
  /** `Ingress default/web` */
  readonly object: string;
  readonly path?: string;
  readonly file?: string;
  /** One-based. */
  readonly line?: number;
}

/** Finds the line of an origin in its file. */
export type Locate = (origin: Origin) => { readonly file: string; readonly line: number } | undefined;

export function sourceOf(origin: Origin, locate: Locate): Source {
  const place = locate(origin);
  return {
    object: objectName(origin),
    ...(origin.path === undefined ? {} : { path: origin.path }),
    ...(place === undefined ? {} : { file: place.file, line: place.line }),
  };
}

export function objectName({ kind, namespace, name }: Origin): string {
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

/** The Ingress of a route, and those that share its rule: a canary's base, a base's canaries. */
export interface Owners {
  readonly own: Ingress | undefined;
  readonly base: Ingress | undefined;
  readonly canaries: readonly RulePath[];
}

interface RulePath {
  readonly ingress: Ingress;
  readonly path: IngressPath;
}

export function ownersOf(origin: Origin, { objects }: GatewayView): Owners {
  const own = objects.ingresses.find((one) => sameObject(originOf(one), origin));
  const at = ruleAt(own, origin.path);
  if (own === undefined || at === undefined) return { own, base: own, canaries: [] };
  const siblings = objects.ingresses.flatMap((ingress): RulePath[] =>
    ingress === own
      ? []
      : ingress.spec.rules
          .filter(({ host }) => host === at.host)
          .flatMap(({ paths }) => paths)
          .filter(({ path, pathType }) => path === at.path.path && pathType === at.path.pathType)
          .map((path) => ({ ingress, path })),
  );
  const base = isCanary(own) ? siblings.find(({ ingress }) => !isCanary(ingress))?.ingress : own;
  const canaries = siblings.filter(({ ingress }) => isCanary(ingress));
  return { own, base: base ?? own, canaries: isCanary(own) ? [{ ingress: own, path: at.path }] : canaries };
}

/** Host and path of the rule that a route's origin names. */
export function ruleAt(
  ingress: Ingress | undefined,
  at: string | undefined,
): { readonly host: string; readonly path: IngressPath } | undefined {
  for (const { host, paths } of ingress?.spec.rules ?? []) {
    const path = paths.find((one) => one.at === at);
    if (path !== undefined) return { host, path };
  }
  return undefined;
}

/** Annotations of a group that an Ingress has, as origins. */
export function annotationsOf(ingress: Ingress | undefined, names: KnownNames): Origin[] {
  if (ingress === undefined) return [];
  return Object.entries(names).flatMap(([name, prefixes]) => {
    const keys = [...(prefixes === 'both' ? [NGINX_PREFIX] : []), HIGRESS_PREFIX].map((prefix) => `${prefix}${name}`);
    const key = keys.find((one) => ingress.metadata.annotations[one] !== undefined);
    return key === undefined ? [] : [originOf(ingress, `metadata.annotations.${key}`)];
  });
}

function isCanary(ingress: Ingress): boolean {
  return [NGINX_PREFIX, HIGRESS_PREFIX].some((prefix) =>
    /^(1|t|true)$/i.test(ingress.metadata.annotations[`${prefix}canary`] ?? ''),
  );
}

function sameObject(a: Origin, b: Origin): boolean {
  return a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}
