/** One Ingress, seen alone: its routes as drafts, its wishes for TLS and upstreams, its problems. Depends on nothing but the object. */
import type { AiFallbackPolicy, Origin, Problem, RoutePolicies } from '#ir/types.ts';
import { kept } from '#lib/kept.ts';
import type { AiFallback } from '#model/ingress/annotations/ai-fallback.ts';
import type { Canary } from '#model/ingress/annotations/canary.ts';
import { type IngressAnnotations, parseAnnotations } from '#model/ingress/annotations/index.ts';
import type { Ingress, IngressBackend, IngressPath, IngressTls } from '#model/ingress/ingress.ts';
import { originOf } from '#model/object.ts';
import { type BackendRef, hostRef, serviceRef } from '../backend/ref.ts';
import { isChallengeSolver } from '../challenge-solver.ts';
import { creationKey } from '../selection.ts';
import {
  type DraftAction,
  type DraftErrorPage,
  type DraftForward,
  RANK,
  type RouteDraft,
  type Target,
} from './draft.ts';
import { type PathPlan, planPath, planRewrite } from './path.ts';

export interface ConvertedIngress {
  readonly ingress: Ingress;
  readonly created: string;
  readonly annotations: IngressAnnotations;
  /** Present: its routes are second versions of others' routes. */
  readonly canary: Canary | undefined;
  /** By host; every host of the rules that could be read is there. */
  readonly drafts: ReadonlyMap<string, HostDrafts>;
  /** Hosts of the rules, and `*` for a default backend, each with the TLS entry that covers it. */
  readonly hosts: readonly { readonly name: string; readonly tls: IngressTls | undefined }[];
  /** Upstreams of all routes, for upstream policies. */
  readonly refs: readonly BackendRef[];
  readonly problems: readonly Problem[];
}

export interface HostDrafts {
  readonly routes: readonly RouteDraft[];
  readonly defaults: readonly RouteDraft[];
  readonly appRoots: readonly RouteDraft[];
}

const CATCH_ALL: PathPlan = { kind: 'prefix', written: '/', match: { type: 'prefix', value: '/' }, rank: RANK.default };

export function convertIngress(ingress: Ingress, systemNamespace: string): ConvertedIngress {
  return new Conversion(ingress, systemNamespace).result();
}

/** In the system namespace just the name, else `namespace/name`. */
export function routeName(ingress: Ingress, systemNamespace: string): string {
  const { namespace, name } = ingress.metadata;
  return routeNameOf(namespace, name, systemNamespace);
}

function routeNameOf(namespace: string, name: string, systemNamespace: string): string {
  return namespace === systemNamespace ? name : `${namespace}/${name}`;
}

class Conversion {
  readonly #ingress: Ingress;
  readonly #systemNamespace: string;
  readonly #name: string;
  readonly #annotations: IngressAnnotations;
  readonly #problems: Problem[];
  readonly #canary: boolean;

  constructor(ingress: Ingress, systemNamespace: string) {
    this.#ingress = ingress;
    this.#systemNamespace = systemNamespace;
    this.#name = routeName(ingress, systemNamespace);
    const { annotations, problems } = parseAnnotations(ingress);
    this.#annotations = annotations;
    this.#problems = [...problems];
    this.#canary = annotations.canary !== undefined;
  }

  result(): ConvertedIngress {
    const { spec, metadata } = this.#ingress;
    const { canary, matching } = this.#annotations;
    const dead = matching.broken || canary === 'broken';
    const routes = dead
      ? []
      : spec.rules.flatMap(({ host, paths }) => paths.flatMap((path) => this.#route(host, path)));
    const names = [...new Set(spec.rules.map(({ host }) => host))];
    const served = spec.defaultBackend === undefined || names.includes('*') ? names : [...names, '*'];
    const defaults = dead || this.#canary ? [] : this.#defaults(served);
    const appRoots = dead || this.#canary ? [] : names.flatMap((host) => this.#appRoot(host));
    const refs = new Map<string, BackendRef>();
    for (const { action } of [...routes, ...defaults]) {
      if (action.type === 'forward') for (const { ref } of action.targets) refs.set(ref.key, ref);
    }
    return {
      ingress: this.#ingress,
      created: creationKey(metadata, this.#ingress.file),
      annotations: this.#annotations,
      canary: canary === 'broken' ? undefined : canary,
      drafts: byHost(routes, defaults, appRoots),
      hosts: this.#canary ? kept([]) : served.map((name) => ({ name, tls: tlsEntry(spec.tls, name) })),
      refs: kept([...refs.values()]),
      problems: kept(this.#problems),
    };
  }

  #route(host: string, path: IngressPath): RouteDraft[] {
    const origin = this.#origin(path.at);
    const plan = planPath(path, this.#annotations);
    if ('message' in plan) {
      const pathOrigin = this.#origin(`${path.at}.path`);
      this.#problems.push({ severity: 'error', origin: pathOrigin, value: path.path ?? '', ...plan });
      return [];
    }
    const targets = this.#targets(path.backend, `${path.at}.backend`);
    if (targets === undefined) return [];
    const { methods, headers, query } = this.#annotations.matching;
    const conditions = [methods.join('|'), headers.map(text).join('&'), query.map(text).join('&')];
    return [
      {
        host,
        name: this.#name,
        origin,
        rank: plan.rank,
        length: plan.written.length,
        key: [plan.kind, plan.written, ...conditions].join('\0'),
        match: {
          path: plan.match,
          ...(methods.length === 0 ? {} : { methods }),
          ...(headers.length === 0 ? {} : { headers }),
          ...(query.length === 0 ? {} : { query }),
        },
        ...this.#behaviour(plan, targets, origin),
        ...(isChallengeSolver(this.#ingress, this.#systemNamespace) ? { bare: true } : {}),
      },
    ];
  }

  /** The last route of every host of the Ingress, and of `*`; it takes every path whatever the Ingress' conditions. */
  #defaults(hosts: readonly string[]): RouteDraft[] {
    const { defaultBackend } = this.#ingress.spec;
    if (defaultBackend === undefined) return [];
    const at = 'spec.defaultBackend';
    const targets = this.#targets(defaultBackend, at);
    if (targets === undefined) return [];
    const origin = this.#origin(at);
    const behaviour = this.#behaviour(CATCH_ALL, targets, origin);
    const frame = { name: `${this.#name}-default`, origin, rank: RANK.default, length: 1, key: 'default' };
    return hosts.map((host) => ({ host, ...frame, match: { path: CATCH_ALL.match }, ...behaviour }));
  }

  #appRoot(host: string): RouteDraft[] {
    const { appRoot } = this.#annotations.redirect;
    if (appRoot === undefined) return [];
    return [
      {
        host,
        name: `${host}-app-root`,
        origin: this.#origin(),
        rank: RANK.appRoot,
        length: 1,
        key: 'app-root',
        match: { path: { type: 'exact', value: '/' } },
        action: { type: 'redirect', status: 302, path: appRoot },
        policies: {},
      },
    ];
  }

  /** A canary has nothing of its own but header control. */
  #behaviour(plan: PathPlan, targets: readonly Target[], origin: Origin) {
    const { headers, cors, ipAccess, rateLimit, redirect, aiFallback } = this.#annotations;
    if (this.#canary) {
      const action: DraftAction = { type: 'forward', targets };
      return { action, policies: headers === undefined ? {} : { headers } };
    }
    const action = this.#action(plan, targets, origin);
    const policies: RoutePolicies = {
      ...(redirect.https && action.type !== 'redirect' ? { httpsRedirect: true } : {}),
      ...(cors === undefined ? {} : { cors }),
      ...(ipAccess === undefined ? {} : { ipAccess }),
      ...(rateLimit === undefined ? {} : { rateLimit }),
      ...(headers === undefined ? {} : { headers }),
      ...(aiFallback === undefined || action.type !== 'forward' ? {} : { aiFallback: this.#fallback(aiFallback) }),
    };
    return { action, policies };
  }

  #fallback({ target, codes }: AiFallback): AiFallbackPolicy {
    return { route: routeNameOf(target.namespace, target.name, this.#systemNamespace), codes };
  }

  #action(plan: PathPlan, targets: readonly Target[], origin: Origin): DraftAction {
    const { refuse, redirect, timeoutMs, retry, mirror } = this.#annotations;
    if (refuse) return { type: 'respond', status: 503, body: 'authentication is not available\n' };
    if (redirect.url !== undefined) return redirect.url;
    const { rewrite, missingGroup } = planRewrite(plan, this.#annotations);
    if (missingGroup !== undefined) {
      this.#problems.push({
        severity: 'error',
        reason: 'AnnotationInvalid',
        origin,
        value: missingGroup,
        message: `rewrite-target names ${missingGroup}, but path "${plan.written}" has no such group; the path is not rewritten`,
        hint: 'put the part to keep in parentheses, for example /foo(/|$)(.*)',
      });
    }
    const copy = mirror && {
      ref:
        mirror.target.type === 'host'
          ? hostRef(mirror.target.host, mirror.target.port)
          : serviceRef(mirror.target.service.namespace, mirror.target.service.name, mirror.target.port),
      percent: mirror.percent,
      origin: this.#origin(),
    };
    const errorPage = this.#errorPage(targets);
    const forward: DraftForward = {
      type: 'forward',
      targets,
      ...(rewrite === undefined ? {} : { rewrite }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(retry === undefined ? {} : { retry }),
      ...(copy === undefined ? {} : { mirror: copy }),
      ...(errorPage === undefined ? {} : { errorPage }),
    };
    return forward;
  }

  /** Undefined, with a problem, when the backend says nothing usable. */
  #targets(backend: IngressBackend, at: string): readonly Target[] | undefined {
    const origin = this.#origin(at);
    const { service, resource } = backend;
    if (service !== undefined) {
      const port = service.port.number ?? service.port.name;
      const ref = serviceRef(this.#ingress.metadata.namespace, service.name, port);
      return [{ ref, weight: 100, origin, ...this.#fallbacks() }];
    }
    const lines = this.#annotations.destination;
    if (lines === 'invalid') return undefined;
    if (lines === undefined || resource?.kind !== 'McpBridge' || resource.apiGroup !== 'networking.higress.io') {
      const what = lines === undefined ? 'needs the annotation higress.io/destination' : 'is of no kind that is known';
      this.#problems.push({
        severity: 'error',
        reason: 'BackendInvalid',
        origin,
        value: `${resource?.apiGroup ?? ''}/${resource?.kind ?? ''}/${resource?.name ?? ''}`,
        message: `resource backend ${what}; the path is left out`,
        hint: 'write resource {apiGroup: networking.higress.io, kind: McpBridge, name: default} and higress.io/destination',
      });
      return undefined;
    }
    return lines.map(({ host, port, subset, weight }) => ({
      ref: hostRef(host, port, subset),
      weight,
      origin,
      ...this.#fallbacks(),
    }));
  }

  /** A canary has its base to fall back to. */
  #fallbacks(): Pick<Target, 'fallbacks'> {
    const { defaultBackend } = this.#annotations;
    if (defaultBackend === undefined || this.#canary) return {};
    const { namespace, name } = defaultBackend.service;
    const origin = this.#origin(`metadata.annotations["${defaultBackend.key}"]`);
    return { fallbacks: [{ ref: serviceRef(namespace, name, undefined), origin }] };
  }

  #errorPage(targets: readonly Target[]): DraftErrorPage | undefined {
    const { defaultBackend } = this.#annotations;
    if (defaultBackend === undefined || defaultBackend.codes.length === 0) return undefined;
    const { service, codes } = defaultBackend;
    const { namespace, name } = this.#ingress.metadata;
    const ref = targets[0]?.ref;
    const headers = [
      { name: 'x-namespace', value: namespace },
      { name: 'x-ingress-name', value: name },
      ...(ref?.type === 'service'
        ? [
            { name: 'x-service-name', value: ref.name },
            { name: 'x-service-port', value: String(ref.port ?? '') },
          ]
        : []),
    ];
    return { ref: serviceRef(service.namespace, service.name, undefined), codes, headers };
  }

  #origin(path?: string): Origin {
    return originOf(this.#ingress, path);
  }
}

function byHost(
  routes: readonly RouteDraft[],
  defaults: readonly RouteDraft[],
  appRoots: readonly RouteDraft[],
): Map<string, HostDrafts> {
  const grouped = [routes, defaults, appRoots].map((drafts) => Map.groupBy(drafts, ({ host }) => host));
  const names = new Set(grouped.flatMap((group) => [...group.keys()]));
  const draftsOf = (name: string): HostDrafts => {
    const [ruled, general, root] = grouped.map((group) => kept(group.get(name) ?? []));
    return { routes: ruled!, defaults: general!, appRoots: root! };
  };
  return new Map([...names].map((name) => [name, draftsOf(name)]));
}

function text(match: { readonly type: string; readonly name: string; readonly value: string }): string {
  return `${match.name} ${match.type} ${match.value}`;
}

/** The entry that names the host itself, else the first whose wildcard covers it. */
function tlsEntry(entries: readonly IngressTls[], host: string): IngressTls | undefined {
  const covers = (pattern: string) =>
    pattern === '*' || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)) && host !== pattern.slice(1));
  return entries.find(({ hosts }) => hosts.includes(host)) ?? entries.find(({ hosts }) => hosts.some(covers));
}
