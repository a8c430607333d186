/** Which token a request carries, and in which header. */
import type { ApiName } from '#ai/api.ts';
import { headerAuth, type Provider } from '#ai/providers/provider.ts';
import type { ProviderSettings } from '#ai/providers/settings.ts';
import type { HeaderPatch, Headers } from '#plugin-sdk/hooks.ts';

/** APIs whose objects live with the account that made them: a consumer keeps its token. */
export const STATEFUL = /^openai\/v1\/(responses|files|retrievefile|batches|retrievebatch|cancelbatch|.*fine-tuning)/;

export function chooseToken(
  tokens: readonly string[],
  api: ApiName | undefined,
  consumer: string | undefined,
  random: () => number,
): string | undefined {
  if (tokens.length < 2) return tokens[0];
  const index =
    api !== undefined && consumer && STATEFUL.test(api)
      ? fnv1a32(consumer) % tokens.length
      : Math.min(tokens.length - 1, Math.floor(random() * tokens.length));
  return tokens[index];
}

export function authHeaders(
  provider: Provider,
  settings: ProviderSettings,
  token: string | undefined,
  headers: Headers,
): HeaderPatch {
  if (token === undefined) return provider.type === 'openai' ? callersKey(settings, headers) : {};
  const auth = headerAuth(provider.auth);
  if (!auth) return {};
  const set = { [auth.header]: auth.prefix + token };
  return auth.header === 'authorization' ? { set } : { set, remove: ['authorization'] };
}

/** Without tokens of its own, type openai sends the caller's key, wherever the caller's SDK put it. */
function callersKey(settings: ProviderSettings, headers: Headers): HeaderPatch {
  for (const name of [settings.authHeaderKey.toLowerCase(), 'x-api-key', 'x-authorization', 'authorization']) {
    const key = name === '' ? undefined : headers.get(name)?.replace(/^bearer\s+/i, '');
    if (key) return { set: { authorization: `Bearer ${key}` } };
  }
  return {};
}

export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
