import type { LowerContext } from '#plugin-sdk/lower.ts';

/** A route of a gateway that makes spans and logs. */
export const LOWER_CONTEXT: LowerContext = {
  routeName: 'r',
  hostName: 'h',
  action: undefined,
  following: [],
  preceding: [],
  tracing: true,
  logging: true,
};
