/** Dify: chat by one of its four kinds of applications. A conversation is carried on by the header `ConversationId`, both ways. */
import { CHAT, type DetectedApi } from '../../api.ts';
import { configured, customUrl } from '../compatible.ts';
import type { Provider, Translation, VendorCall } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import { difyStream, fromDify, toDify } from './translate.ts';

const PATHS = {
  Chat: '/v1/chat-messages',
  Agent: '/v1/chat-messages',
  Completion: '/v1/completion-messages',
  Workflow: '/v1/workflows/run',
} as const;

export function difyProvider(settings: ProviderSettings): Provider {
  return {
    type: 'dify',
    host: settings.providerDomain || (customUrl(settings.difyApiUrl, [])?.host ?? 'api.dify.ai'),
    auth: 'bearer',
    passesUnknownApis: false,
    editsBodies: true,
    capabilities: { [CHAT]: PATHS[settings.botType], ...configured(settings) },
    ...(settings.protocol === 'original' ? { detect: detectNative } : {}),
    translation: ({ name }, call) => (name === CHAT ? chat(settings, call) : undefined),
  };
}

function chat(settings: ProviderSettings, { headers, host }: VendorCall): Translation {
  let model = '';
  const envelope = () => ({ id: '', model, created: Math.floor(host.now() / 1000) });
  return {
    request(body) {
      model = typeof body.model === 'string' ? body.model : '';
      return { body: toDify(body, settings, headers.get('conversationid')) };
    },
    response: (text) => fromDify(text, settings, envelope()),
    stream: () => difyStream(settings, envelope()),
  };
}

/** `path` without query. */
function detectNative(path: string): DetectedApi | undefined {
  return Object.values(PATHS).some((own) => path.includes(own)) ? { name: CHAT, variables: {} } : undefined;
}
