import type { Secret } from './secret.ts';

/** The text under one key of a Secret, in the clear: the caller must not print it. Undefined when there is no such key. */
export function secretValue(secret: Secret | undefined, key: string): string | undefined {
  if (secret === undefined || !Object.hasOwn(secret.data, key)) return undefined;
  return secret.data[key]?.reveal();
}
