/** Routes of published APIs are called `a@b@c@…`; their first three parts name the API. Other routes have none: `-`. */
export function apiOf(routeName: string): string {
  const parts = routeName.split('@');
  return parts.length < 5 ? '-' : parts.slice(0, 3).join('@');
}

/** The `ai_route` label. */
export function metricRoute(routeName: string): string {
  const api = apiOf(routeName);
  return api === '-' ? routeName : api;
}
