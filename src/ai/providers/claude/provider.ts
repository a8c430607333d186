/** Anthropic: chat is translated, its own Messages API passes through with the model mapped. */

import type { HeaderPatch } from '#plugin-sdk/hooks.ts';
import { API_PATHS, CHAT } from '../../api.ts';
import { configured } from '../compatible.ts';
import type { Provider, Translation, VendorCall } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import { asClaudeCode, betaPath, CODE_HEADERS } from './code-mode.ts';
import { fromClaude } from './from-claude.ts';
import { claudeStream } from './stream.ts';
import { toClaude } from './to-claude.ts';

const DEFAULT_VERSION = '2023-06-01';

export function claudeProvider(settings: ProviderSettings): Provider {
  const version = settings.claudeVersion || settings.apiVersion;
  const code = settings.claudeCodeMode;
  return {
    type: 'claude',
    host: settings.providerDomain || 'api.anthropic.com',
    auth: code ? 'bearer' : 'x-api-key',
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
    headers: (api, has): Record<string, string> => ({
      ...(code ? CODE_HEADERS : {}),
      ...(version === '' && api?.name !== CHAT && has('anthropic-version')
        ? {}
        : { 'anthropic-version': version || DEFAULT_VERSION }),
    }),
    ...(code ? { credentials: codeCredentials, finishPath: betaPath } : {}),
    translation: ({ name }, { host }) => (name === CHAT ? chatTranslation(host.now, code) : undefined),
  };
}

/** A token of an account, never beside a key. */
function codeCredentials({ token }: VendorCall): HeaderPatch {
  return { set: { authorization: `Bearer ${token}` }, remove: ['x-api-key'] };
}

function chatTranslation(now: () => number, code: boolean): Translation {
  const created = () => Math.floor(now() / 1000);
  return {
    request: (body) => ({ body: code ? asClaudeCode(toClaude(body)) : toClaude(body) }),
    response: (text) => ({ body: fromClaude(text, created()) }),
    stream: () => claudeStream(created()),
  };
}
