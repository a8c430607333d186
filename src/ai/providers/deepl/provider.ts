/** DeepL: a chat request is a text to translate; the model says which of the two services does it. */
import { CHAT } from '../../api.ts';
import { asString, compact, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { choicesCompletion, type Envelope } from '../../openai.ts';
import { textOf } from '../chat-text.ts';
import { configured } from '../compatible.ts';
import { type Provider, TranslationError } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';

const HOSTS: Readonly<Record<string, string>> = { Free: 'api-free.deepl.com', Pro: 'api.deepl.com' };
const PATH = '/v2/translate';

export function deeplProvider(settings: ProviderSettings): Provider {
  return {
    type: 'deepl',
    host: settings.providerDomain || HOSTS.Free,
    auth: { header: 'authorization', prefix: 'DeepL-Auth-Key ' },
    passesUnknownApis: false,
    editsBodies: true,
    capabilities: { [CHAT]: PATH, ...configured(settings) },
    ...(settings.protocol === 'original'
      ? { detect: (path) => (path.includes(PATH) ? { name: CHAT, variables: {} } : undefined) }
      : {}),
    translation({ name }, { host }) {
      if (name !== CHAT) return undefined;
      let model = '';
      return {
        request(body) {
          model = asString(body.model) ?? '';
          const authority = Object.hasOwn(HOSTS, model) ? HOSTS[model] : undefined;
          if (authority === undefined) {
            throw new TranslationError(`model "${model}" is no service of DeepL: use "Free" or "Pro"`);
          }
          if (body.stream === true) throw new TranslationError('DeepL does not stream: leave out "stream"', 400);
          return { body: toDeepl(body, settings.targetLang), ...(settings.providerDomain ? {} : { authority }) };
        },
        response: (text) => ({ body: fromDeepl(text, { id: '', model, created: Math.floor(host.now() / 1000) }) }),
      };
    },
  };
}

export function toDeepl(body: JsonObject, targetLang: string): JsonObject {
  const messages = objectsOf(body.messages);
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => textOf(content));
  return compact({
    text: messages.filter(({ role }) => role !== 'system').map(({ content }) => textOf(content)),
    target_lang: targetLang,
    context: system.length > 0 ? system.join('\n') : undefined,
  });
}

/** Throws TranslationError. */
export function fromDeepl(text: string, envelope: Envelope): JsonObject {
  const answer = parseObject(text);
  if (!answer) throw new TranslationError('the answer of the vendor is not a JSON object');
  const told = asString(answer.message);
  const messages =
    told === undefined
      ? objectsOf(answer.translations).map(({ text, detected_source_language: name }) => ({
          role: 'assistant',
          name,
          content: asString(text) ?? '',
        }))
      : [{ role: 'assistant', content: told }];
  const choices = messages.map((message, index) => ({ index, message, finish_reason: 'stop', logprobs: null }));
  return choicesCompletion(envelope, choices, null) as JsonObject;
}
