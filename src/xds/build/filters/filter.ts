/** What the chain builder knows of a kind of HTTP filter. */
import type { NativeFilter } from '#plugin-sdk/lower.ts';
import type { Message } from '#xds/snapshot/resources.ts';

export type FilterKind = NativeFilter | 'ext_proc' | 'hop' | 'wasm';

/**
 * `config` arguments are the filter's own message without `@type`.
 *
 * A filter inside `higress.chain` reads its per-route configuration from the route in force at that moment, under its own name, while the chain
 * itself belongs to the route that matched first. After a re-route a filter can therefore act for the new route if it has a form that does
 * nothing (`noop`) and a per-route message that makes it act (`perRoute`). Which filters have both was tried with Envoy 1.40.
 */
export interface FilterForm {
  readonly kind: FilterKind;
  /** Full message for the chain. */
  base(config: Message): Message;
  /** A configuration that leaves every request alone, or undefined when there is none. */
  noop(): Message | undefined;
  /** What makes the no-op form behave like `base(config)`, or undefined when the filter cannot be configured per route. */
  perRoute(config: Message): Message | undefined;
}
