/**
 * What the gateway does with a request, and why: the decisions of Envoy (server name, virtual host, first route that matches) made again over the gateway graph,
 * each with the object that it comes from. A data-plane test holds it to what Envoy does.
 */
import type { Host, RedirectAction, Route, TlsHost } from '#ir/types.ts';
import type { PluginCatalogue } from '#plugin-sdk/definition.ts';
import { chooseHost, chooseTls, whyChosen } from './choose.ts';
import { destinationsOf } from './destinations.ts';
import type { Candidate, Explanation, HostInForce, Outcome, RouteInForce, TlsInForce } from './explanation.ts';
import { type Mismatch, matchInWords, mismatches } from './match.ts';
import { nearestHosts, nearestPaths } from './nearest.ts';
import { whyBefore } from './order.ts';
import { pluginsOf } from './plugins.ts';
import { policiesOf } from './policies.ts';
import type { RequestFacts } from './request.ts';
import { type Locate, objectName, ownersOf, ruleAt, sourceOf } from './source.ts';
import type { GatewayView } from './view.ts';

export interface ExplainOptions {
  readonly catalogue: PluginCatalogue;
  readonly locate: Locate;
}

export function explainRequest(view: GatewayView, request: RequestFacts, options: ExplainOptions): Explanation {
  const { gateway } = view;
  const tls = request.scheme === 'https';
  const frame = { request: asked(request), candidates: [], didYouMean: [], problems: [] };
  const chosenTls = tls ? chooseTls(gateway, request.sni).chosen : undefined;
  if (tls && chosenTls === undefined) {
    const name = request.sni ?? 'a client without a server name';
    const because = `no certificate is served for ${name}: the TLS handshake is refused`;
    const near = nearestHosts(gateway, request.hostName, true);
    return { ...frame, outcome: { type: 'nothing', because }, didYouMean: near };
  }
  const withTls =
    chosenTls === undefined ? frame : { ...frame, tls: tlsInForce(chosenTls, request, view, options.locate) };
  const { chosen: host, passedOver } = chooseHost(gateway, request.hostName, tls);
  if (host === undefined) {
    const because = `no host covers ${request.hostName}${tls ? ' over https' : ''}`;
    const near = nearestHosts(gateway, request.hostName, tls);
    return { ...withTls, outcome: { type: 'nothing', status: 404, because }, didYouMean: near };
  }
  const hostInForce: HostInForce = {
    name: host.name,
    because: whyChosen(host.name, request.hostName),
    routes: host.routes.length,
    passedOver: passedOver.map(({ name }) => name),
  };
  const found = host.routes.map((route) => mismatches(route.match, request));
  const index = found.findIndex((missed) => missed.length === 0);
  const candidates = candidatesOf(host, found, index, options.locate);
  const route = host.routes[index];
  if (route === undefined) {
    const because = `host ${host.name} has no route for ${request.method} ${request.target}`;
    const near = nearestPaths(host, request.path);
    const other = host.name === '*' ? nearestHosts(gateway, request.hostName, tls) : [];
    return {
      ...withTls,
      host: hostInForce,
      outcome: { type: 'nothing', status: 404, because },
      candidates,
      didYouMean: [...near, ...other],
    };
  }
  const inForce = routeInForce(host, route, index, view, request, options);
  return {
    ...withTls,
    host: hostInForce,
    outcome: outcomeOf(host, route, inForce, request, view.httpsPublicPort),
    route: inForce,
    candidates,
    problems: problemsOf(inForce, view, options.locate),
  };
}

function asked({ method, scheme, authority, target, sni }: RequestFacts): Explanation['request'] {
  return { method, scheme, host: authority, path: target, ...(sni === undefined ? {} : { sni }) };
}

function tlsInForce(tls: TlsHost, request: RequestFacts, { gateway }: GatewayView, locate: Locate): TlsInForce {
  const certificates = [tls.certificate, tls.clientCa].flatMap(
    (name) => gateway.certificates.find((one) => one.name === name) ?? [],
  );
  return {
    name: tls.name,
    because:
      request.sni === undefined ? 'clients send no server name for an address' : whyChosen(tls.name, request.sni),
    certificate: tls.certificate,
    clientCertificates: tls.clientCa !== undefined,
    ...(tls.minVersion === undefined ? {} : { minVersion: tls.minVersion }),
    ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
    sources: [tls.origin, ...certificates.map(({ origin }) => origin)].map((origin) => sourceOf(origin, locate)),
  };
}

function candidatesOf(
  host: Host,
  found: readonly (readonly Mismatch[])[],
  winner: number,
  locate: Locate,
): readonly Candidate[] {
  const end = winner < 0 ? host.routes.length : winner;
  return host.routes.flatMap((route, index): Candidate[] => {
    const missed = found[index] ?? [];
    if (index === winner || (index > end && missed.length > 0)) return [];
    const after = index > end;
    return [
      {
        name: route.name,
        id: route.id,
        position: index + 1,
        match: matchInWords(route.match),
        place: after ? 'after' : 'before',
        because: after ? [whyBefore(host.routes[winner]!, route)] : missed.map(({ because }) => because),
        near: after || missed.every(({ part }) => part !== 'path'),
        source: sourceOf(route.origin, locate),
      },
    ];
  });
}

function routeInForce(
  host: Host,
  route: Route,
  index: number,
  view: GatewayView,
  request: RequestFacts,
  { catalogue, locate }: ExplainOptions,
): RouteInForce {
  const owners = ownersOf(route.origin, view);
  const rule = ruleAt(owners.own, route.origin.path);
  const plugins = pluginsOf(route, host.name, request, { view, catalogue, locate });
  return {
    name: route.name,
    id: route.id,
    position: index + 1,
    match: matchInWords(route.match),
    ...(rule === undefined || rule.host === host.name ? {} : { inheritedFrom: rule.host }),
    source: sourceOf(route.origin, locate),
    policies: policiesOf(route, owners, view, request.scheme === 'https', locate),
    plugins,
    mayBeReroutedBy: route.plugins.flatMap((binding) => {
      if (binding.kind !== 'builtin') return [];
      const { plugin, choosesCluster } = binding;
      return choosesCluster !== undefined || catalogue.get(plugin)?.manifest.mayReroute === true ? [plugin] : [];
    }),
    destinations: destinationsOf(route, owners, view, locate),
  };
}

function outcomeOf(
  host: Host,
  route: Route,
  inForce: RouteInForce,
  request: RequestFacts,
  httpsPublicPort: number,
): Outcome {
  const { action } = route;
  if (route.policies.httpsRedirect === true && request.scheme === 'http' && action.type !== 'redirect') {
    const port = httpsPublicPort === 443 ? '' : `:${httpsPublicPort}`;
    const name = host.name.includes('*') ? request.hostName : host.name;
    return { type: 'redirect', status: 308, location: `https://${name}${port}${request.target}` };
  }
  const broken = inForce.plugins.find(({ way }) => way === 'unavailable');
  if (broken !== undefined)
    return { type: 'respond', status: 503, because: `plugin ${broken.instance} cannot run: ${broken.reason ?? ''}` };
  if (action.type === 'redirect')
    return { type: 'redirect', status: action.status, location: locationOf(action, request) };
  if (action.type === 'respond') return { type: 'respond', status: action.status };
  const clusters = inForce.destinations.filter(({ weight }) => weight > 0).map(({ cluster }) => cluster);
  const terminal = inForce.plugins.find(({ way }) => way === 'serve');
  if (terminal !== undefined) return { type: 'serve', plugin: terminal.instance, clusters };
  return clusters.length === 0
    ? { type: 'respond', status: 503, because: 'no destination of the route can be used' }
    : { type: 'forward', clusters };
}

function locationOf({ scheme, host, port, path }: RedirectAction, request: RequestFacts): string {
  const query = request.target.slice(request.path.length);
  const target = path === undefined ? request.target : path.includes('?') ? path : `${path}${query}`;
  const name = port === undefined ? (host ?? request.authority) : `${host ?? request.hostName}:${port}`;
  return `${scheme ?? request.scheme}://${name}${target}`;
}

function problemsOf(route: RouteInForce, { problems }: GatewayView, locate: Locate): Explanation['problems'] {
  const sources = [
    route.source,
    ...route.policies.flatMap((one) => one.sources),
    ...route.plugins.flatMap((one) => one.sources),
    ...route.destinations.flatMap((one) => one.sources),
  ];
  const involved = new Set(sources.map(({ object }) => object));
  return problems
    .filter(({ origin }) => involved.has(objectName(origin)))
    .map((problem) => ({ ...problem, source: sourceOf(problem.origin, locate) }));
}
