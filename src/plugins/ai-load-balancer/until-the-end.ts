import type { HookNeeds } from '#plugin-sdk/hooks.ts';

/** Envoy lets go of the stream to the plugin server when there is nothing more to see: to learn of the end, the answer must be looked at. */
export const UNTIL_THE_END: HookNeeds = { responseHeaders: true, responseBody: 'stream', observeOnly: true };
