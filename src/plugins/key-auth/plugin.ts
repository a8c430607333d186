import { CONSUMER_HEADER, CredentialStore, ORIGINAL_AUTH_HEADER } from '#plugin-sdk/consumers.ts';
import { definePlugin } from '#plugin-sdk/definition.ts';
import type { FilterHooks, HookContext, RequestHeadersResult } from '#plugin-sdk/hooks.ts';
import { queryPairs } from '#plugin-sdk/query.ts';
import { REFUSALS, type Refusal, refusalHeaders } from './answers.ts';
import { effectiveConfig, type KeyAuthConfig, type KnownKey, schema } from './config.ts';
import { lower } from './lower.ts';
import { manifest } from './manifest.ts';

export default definePlugin<KeyAuthConfig>({ manifest, schema, effectiveConfig, hooks, lower });

function hooks(config: KeyAuthConfig): FilterHooks {
  const store = new CredentialStore(config.known.map((key) => ({ credential: key.credential, owner: key })));
  const allow = config.allow && new Set(config.allow);
  const identify = identifier(config, store);
  return {
    needs: { requestHeaders: true },
    onRequestHeaders({ request }) {
      const found = identify(request);
      if (typeof found === 'string') return refuse(found, config.realm);
      if (allow !== undefined && !allow.has(found.consumer)) return refuse('not_allowed', config.realm);
      if (found.consumer !== '') return { headers: { set: { [CONSUMER_HEADER]: found.consumer } } };
      return { headers: { remove: [CONSUMER_HEADER] } };
    },
  };
}

/** Finds the key's owner, or why there is none. */
function identifier(config: KeyAuthConfig, store: CredentialStore<KnownKey>) {
  const firstHeader = config.sources.findIndex((source) => source.kind === 'header');
  return (request: HookContext['request']): KnownKey | Refusal => {
    if (firstHeader >= 0) {
      // The caller's own key, kept by ai-proxy: the header it came in may hold the provider's by now.
      for (const value of request.headers.getAll(ORIGINAL_AUTH_HEADER)) {
        const owner = store.find(value);
        if (owner !== undefined) return owner;
      }
    }
    const query = config.sources.some((source) => source.kind === 'query') ? queryPairs(request.path) : [];
    let token: string | undefined;
    let owner: KnownKey | undefined;
    for (const [index, source] of config.sources.entries()) {
      const values =
        source.kind === 'header'
          ? request.headers.getAll(source.name)
          : query.filter((pair) => pair.name === source.name).map((pair) => pair.value);
      for (const value of values) {
        if (value === '') continue;
        if (token !== undefined && token !== value) return 'multi_key';
        token = value;
        owner ??= store.find(value, (key) => key.sources.includes(index));
      }
    }
    if (token === undefined) return 'no_key';
    return owner ?? 'unknown_key';
  };
}

function refuse(why: Refusal, realm: string): RequestHeadersResult {
  return { reply: { ...REFUSALS[why], headers: refusalHeaders(realm) } };
}
