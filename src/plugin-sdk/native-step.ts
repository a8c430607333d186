/** Native steps that run in the gateway's own module inside Envoy (`src/native`): a plugin's Zig file of that name, with its configuration as JSON. */
import { SecretText } from '#lib/secret.ts';
import type { NativeStep } from './lower.ts';

/** What one filter of the module holds. */
export interface NativePlugin {
  /** `pub const name` of the Zig file. */
  readonly name: string;
  /** Plain data, `Config` of the Zig file; secrets in it as SecretText. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** `alone`: not in one filter with its neighbours, since it must see the answers that they give in place of the upstream. */
export function nativeStep(
  name: string,
  config: Readonly<Record<string, unknown>>,
  { alone = false } = {},
): NativeStep {
  return { filter: 'dynamic_module', config: { plugins: [{ name, config }], ...(alone ? { alone } : {}) } };
}

/** The filter that does what these do in turn; undefined when they cannot be one. */
export function fuseNative(left: NativeStep['config'], right: NativeStep['config']): NativeStep['config'] | undefined {
  if (left.alone === true || right.alone === true) return undefined;
  return { plugins: [...(left.plugins as readonly NativePlugin[]), ...(right.plugins as readonly NativePlugin[])] };
}

/** The JSON text that the module reads; a SecretText when there is a secret in it. */
export function nativeConfigText(plugins: readonly NativePlugin[]): string | SecretText {
  let secret = false;
  const text = JSON.stringify({ plugins: plugins.map(({ name, config }) => ({ name, config: revealed(config) })) });
  return secret ? new SecretText(text) : text;

  function revealed(value: unknown): unknown {
    if (value instanceof SecretText) {
      secret = true;
      return value.reveal();
    }
    if (Array.isArray(value)) return value.map(revealed);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, revealed(member)]));
  }
}
