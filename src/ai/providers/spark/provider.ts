/** Spark: OpenAI's chat request; answers tell errors by a code in a 200 and keep their id in `sid`. */
import { API_PATHS, CHAT } from '../../api.ts';
import { asNumber, asObject, asString, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import type { ChatMessage, ChatUsage, Envelope, MessageChoice } from '../../openai.ts';
import { choicesCompletion } from '../../openai.ts';
import type { StreamStep } from '../../stream.ts';
import { chatStream } from '../chat-stream.ts';
import { configured } from '../compatible.ts';
import { type Provider, TranslationError } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';

export function sparkProvider(settings: ProviderSettings): Provider {
  return {
    type: 'spark',
    host: settings.providerDomain || 'spark-api-open.xf-yun.com',
    auth: settings.apiTokens.length === 0 ? 'none' : 'bearer',
    passesUnknownApis: false,
    editsBodies: true,
    capabilities: { [CHAT]: API_PATHS['openai/v1/chatcompletions'], ...configured(settings) },
    translation({ name }, { host }) {
      if (name !== CHAT) return undefined;
      let model = '';
      const envelope = () => ({ id: '', model, created: Math.floor(host.now() / 1000) });
      return {
        request(body) {
          model = asString(body.model) ?? '';
          return { body };
        },
        response: (text) => ({ body: fromSpark(text, envelope()) }),
        stream: () => sparkStream(envelope()),
      };
    },
  };
}

/** Throws TranslationError. */
export function fromSpark(text: string, envelope: Envelope): JsonObject {
  const answer = parseObject(text);
  if (!answer) throw new TranslationError('the answer of the vendor is not a JSON object');
  const failed = failure(answer);
  if (failed !== undefined) throw new TranslationError(failed);
  const choices = objectsOf(answer.choices).map((choice, index): MessageChoice => {
    const message = (asObject(choice.message) ?? {}) as ChatMessage;
    const reason = asString(choice.finish_reason) || (message.tool_calls ? 'tool_calls' : 'stop');
    return { index: asNumber(choice.index) ?? index, message, finish_reason: reason, logprobs: null };
  });
  const id = asString(answer.sid) ?? '';
  return choicesCompletion({ ...envelope, id }, choices, usageOf(answer.usage) ?? null) as JsonObject;
}

/** Spark's last chunk brings the usage; where it names no finish reason, the usage is the sign of the end. */
export function sparkStream(envelope: Envelope): StreamStep {
  let called = false;
  return chatStream(envelope, (message) => {
    const error = failure(message);
    if (error !== undefined) return { error };
    const choice = objectsOf(message.choices)[0];
    const delta = asObject(choice?.delta) as ChatMessage | undefined;
    called ||= delta?.tool_calls !== undefined;
    const says = delta && (delta.content || delta.reasoning_content || delta.tool_calls);
    const usage = usageOf(message.usage);
    const end = usage ? (called ? 'tool_calls' : 'stop') : undefined;
    const finish = asString(choice?.finish_reason) || end;
    return { id: asString(message.sid), delta: says ? delta : undefined, finish, usage };
  });
}

function failure({ code, message, error }: JsonObject): string | undefined {
  const nested = asObject(error);
  if (nested) return asString(nested.message) ?? 'the vendor told an error without a message';
  if (code === undefined || code === 0) return undefined;
  return `${asString(message) || 'the vendor told an error without a message'} (code ${String(code)})`;
}

function usageOf(value: unknown): ChatUsage | undefined {
  return asObject(value) as ChatUsage | undefined;
}
