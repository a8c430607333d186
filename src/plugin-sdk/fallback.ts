/** Names by which the fallback plugin and Envoy's configuration find each other. */

/** Cluster that leads back into Envoy, to the routes that are a fallback of others. */
export const FALLBACK_CLUSTER = 'higress.fallback';

/** The Ingress that a request came by first; fallback Ingresses of the console match it. Also on the answer. */
export const FALLBACK_FROM_HEADER = 'x-higress-fallback-from';
/** `Route.name` of the route that shall answer. */
export const FALLBACK_TO_HEADER = 'x-higress-fallback-to';
/** How often the request has been handed on. */
export const FALLBACK_TRY_HEADER = 'x-higress-fallback-try';

export const FALLBACK_HEADERS: readonly string[] = [FALLBACK_FROM_HEADER, FALLBACK_TO_HEADER, FALLBACK_TRY_HEADER];
