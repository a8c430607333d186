/**
 * What the consumer plugins (key-auth, basic-auth, jwt-auth, hmac-auth, oauth) have in common: a global list of named callers, `global_auth`
 * on the global level, and `allow` on a rule.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { PluginConfigError } from './definition.ts';

/** Tells the upstream and later plugins who calls. Never accepted from outside: Envoy removes it at the edge. */
export const CONSUMER_HEADER = 'x-mse-consumer';

/** ai-proxy keeps the caller's Authorization here before it puts the provider's in its place. */
export const ORIGINAL_AUTH_HEADER = 'x-hi-original-auth';

/** Keys that every consumer plugin has besides its own. */
export const consumerScope = {
  global_auth: z
    .boolean()
    .optional()
    .describe(
      'true: every request is checked; false: only routes and domains with an `allow` rule; absent: everywhere while there is no rule at all. Global part only.',
    ),
  allow: z
    .array(z.string())
    .min(1, 'must name at least one consumer; leave the key away to allow none in particular')
    .optional()
    .describe('Rule part: consumers that may use this route or domain; others get 403.'),
};

/** Who must be checked on one route: nobody, everybody, or everybody against a list. */
export type AuthDemand =
  | { readonly check: false }
  | { readonly check: true; readonly allow: readonly string[] | undefined };

/** `rule` undefined = no rule matched; `hasRules` = the plugin has rules somewhere. */
export function authDemand(
  globalAuth: boolean | undefined,
  rule: { readonly allow?: readonly string[] | undefined } | undefined,
  hasRules: boolean,
): AuthDemand {
  if (rule?.allow !== undefined) return { check: true, allow: rule.allow };
  const check = globalAuth ?? !hasRules;
  return check ? { check: true, allow: undefined } : { check: false };
}

/** Throws when a name or a credential stands twice. `path` is that of the list, for the message. */
export function assertUnique(
  path: string,
  consumers: readonly { readonly name?: string | undefined; readonly credentials: readonly string[] }[],
): void {
  const names = new Set<string>();
  const credentials = new Set<string>();
  for (const [index, consumer] of consumers.entries()) {
    if (consumer.name !== undefined && names.has(consumer.name)) {
      throw new PluginConfigError(`${path}.${index}.name`, `consumer "${consumer.name}" stands twice`);
    }
    if (consumer.name !== undefined) names.add(consumer.name);
    for (const credential of consumer.credentials) {
      if (credentials.has(credential)) {
        const whose = consumer.name === undefined ? '' : ` of consumer "${consumer.name}"`;
        throw new PluginConfigError(`${path}.${index}`, `a credential${whose} stands twice in the list`);
      }
      credentials.add(credential);
    }
  }
}

/** Finds who owns a credential. Time does not tell how much of a guess was right: digests are compared, all of them. */
export class CredentialStore<T> {
  readonly #entries: readonly { readonly digest: Buffer; readonly owner: T }[];

  constructor(entries: readonly { readonly credential: string; readonly owner: T }[]) {
    this.#entries = entries.map(({ credential, owner }) => ({ digest: digest(credential), owner }));
  }

  /** The first owner for which `accepts` holds. */
  find(credential: string, accepts: (owner: T) => boolean = () => true): T | undefined {
    const wanted = digest(credential);
    let found: T | undefined;
    for (const { digest: known, owner } of this.#entries) {
      if (timingSafeEqual(known, wanted) && found === undefined && accepts(owner)) found = owner;
    }
    return found;
  }
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
