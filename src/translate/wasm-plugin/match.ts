/** Which routes a rule of a plugin holds for. Several keys in one rule must all match; within a key one value is enough. */

export interface RuleMatch {
  /** Route names, exact. */
  readonly routes: readonly string[];
  readonly routePrefixes: readonly string[];
  /** Lower case. `*x`: suffix, `x*`: prefix, else exact. */
  readonly domains: readonly string[];
  /** `host` or `host:port`. */
  readonly services: readonly string[];
}

export interface RouteFacts {
  readonly routeName: string;
  /** Name of the virtual host: exact, `*.suffix` or `*`. */
  readonly hostName: string;
  readonly destinations: readonly { readonly host: string; readonly port: number }[];
}

export function matchesRoute(match: RuleMatch, route: RouteFacts): boolean {
  const { routes, routePrefixes, domains, services } = match;
  const host = route.hostName.toLowerCase();
  return (
    holds(routes, (name) => name === route.routeName) &&
    holds(routePrefixes, (prefix) => route.routeName.startsWith(prefix)) &&
    holds(domains, (domain) => domainCovers(domain, host)) &&
    // Routes whose destinations differ in this are asked about one by one, and divided.
    holds(services, (service) =>
      route.destinations.some(({ host: name, port }) => service === name || service === `${name}:${port}`),
    )
  );
}

function holds(values: readonly string[], test: (value: string) => boolean): boolean {
  return values.length === 0 || values.some(test);
}

/** True when every host that `narrow` stands for also matches `wide`; both may be exact, `*x` or `x*`. */
export function domainCovers(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  if (wide.startsWith('*')) return !narrow.endsWith('*') && narrow.endsWith(wide.slice(1));
  if (wide.endsWith('*')) return !narrow.startsWith('*') && narrow.startsWith(wide.slice(0, -1));
  return false;
}

/** True when no request can reach `later` because `earlier` always matches first. */
export function shadows(earlier: RuleMatch, later: RuleMatch): boolean {
  const covered = (wide: readonly string[], narrow: readonly string[], covers: (a: string, b: string) => boolean) =>
    wide.length === 0 || (narrow.length > 0 && narrow.every((value) => wide.some((by) => covers(by, value))));
  return (
    covered(earlier.routes, later.routes, (a, b) => a === b) &&
    covered(earlier.routePrefixes, later.routePrefixes, (a, b) => b.startsWith(a)) &&
    covered(earlier.domains, later.domains, (a, b) => a === '*' || domainCovers(a, b)) &&
    covered(earlier.services, later.services, (a, b) => a === b || b.startsWith(`${a}:`))
  );
}
