/**
 * Dynamic metadata whose members become attributes of the request's span, under their own names. A plugin names those that it may write in `spanKeys`.
 * Write texts: Envoy gives numbers six digits only.
 */
export const SPAN_NAMESPACE = 'higress.span';
