/** Anthropic: chat is translated, its own Messages API passes through with the model mapped. */
import { API_PATHS, CHAT } from '../../api.ts';
import { configured } from '../compatible.ts';
import type { Provider, Translation } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import { fromClaude } from './from-claude.ts';
import { claudeStream } from './stream.ts';
import { toClaude } from './to-claude.ts';

const DEFAULT_VERSION = '2023-06-01';

export function claudeProvider(settings: ProviderSettings): Provider {
  const version = settings.claudeVersion || settings.apiVersion;
  return {
    type: 'claude',
    host: settings.providerDomain || 'api.anthropic.com',
    auth: 'x-api-key',
    passesUnknownApis: true,
    editsBodies: true,
    capabilities: {
      [CHAT]: API_PATHS['anthropic/v1/messages'],
      'openai/v1/completions': API_PATHS['anthropic/v1/complete'],
      'openai/v1/embeddings': API_PATHS['openai/v1/embeddings'],
      'openai/v1/models': API_PATHS['openai/v1/models'],
      'anthropic/v1/messages': API_PATHS['anthropic/v1/messages'],
      'anthropic/v1/complete': API_PATHS['anthropic/v1/complete'],
      ...configured(settings),
    },
    // A client that speaks Anthropic's own API names the version it was written for; only the operator overrules it.
    headers: (api, has): Record<string, string> =>
      version === '' && api?.name !== CHAT && has('anthropic-version')
        ? {}
        : { 'anthropic-version': version || DEFAULT_VERSION },
    translation: ({ name }, { host }) => (name === CHAT ? chatTranslation(host.now) : undefined),
  };
}

function chatTranslation(now: () => number): Translation {
  const created = () => Math.floor(now() / 1000);
  return {
    request: (body) => ({ body: toClaude(body) }),
    response: (text) => ({ body: fromClaude(text, created()) }),
    stream: () => claudeStream(created()),
  };
}
