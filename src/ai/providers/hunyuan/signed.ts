/** Hunyuan's signed interface: chat as an action of Tencent Cloud. */
import { CHAT } from '../../api.ts';
import { asNumber, asObject, asString, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { type ChatMessage, type ChatUsage, chatCompletion, type Envelope, type ToolCall } from '../../openai.ts';
import type { StreamStep } from '../../stream.ts';
import { chatStream } from '../chat-stream.ts';
import { type Provider, TranslationError } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import { signTencent } from './sign.ts';
import { toHunyuan } from './to-hunyuan.ts';

export function hunyuanSignedProvider(settings: ProviderSettings): Provider {
  const key = { id: settings.hunyuanAuthId, key: settings.hunyuanAuthKey };
  return {
    type: 'hunyuan',
    host: settings.providerDomain || 'hunyuan.tencentcloudapi.com',
    auth: 'none',
    passesUnknownApis: false,
    editsBodies: true,
    capabilities: { [CHAT]: '/' },
    ...(settings.protocol === 'original' ? { detect: () => ({ name: CHAT, variables: {} }) } : {}),
    sign: (request) => signTencent(key, request),
    translation({ name }, { host }) {
      if (name !== CHAT) return undefined;
      let model = '';
      const envelope = () => ({ id: '', model, created: Math.floor(host.now() / 1000) });
      return {
        request(body) {
          model = asString(body.model) ?? '';
          return { body: toHunyuan(body) };
        },
        response: (text) => ({ body: fromHunyuan(text, envelope()) }),
        stream: () => hunyuanStream(envelope()),
      };
    },
  };
}

/** Throws TranslationError. */
export function fromHunyuan(text: string, envelope: Envelope): JsonObject {
  const answer = asObject(parseObject(text)?.Response);
  if (!answer) throw new TranslationError('the answer of the vendor has no "Response"');
  const failed = failure(answer);
  if (failed !== undefined) throw new TranslationError(failed);
  const choice = objectsOf(answer.Choices)[0];
  const message = messageOf(choice?.Message);
  const reason = asString(choice?.FinishReason) || 'stop';
  const id = asString(answer.Id) ?? '';
  return chatCompletion({ ...envelope, id }, message, reason, usageOf(answer.Usage) ?? null) as JsonObject;
}

export function hunyuanStream(envelope: Envelope): StreamStep {
  return chatStream(envelope, (event) => {
    const message = asObject(event.Response) ?? event;
    const error = failure(message);
    if (error !== undefined) return { error };
    const choice = objectsOf(message.Choices)[0];
    return {
      id: asString(message.Id),
      delta: deltaOf(asObject(choice?.Delta)),
      finish: asString(choice?.FinishReason) || undefined,
      usage: usageOf(message.Usage),
    };
  });
}

function messageOf(value: unknown): ChatMessage {
  const message = asObject(value);
  const calls = objectsOf(message?.ToolCalls).map((call, at) => toolCall(call, at));
  const content = asString(message?.Content) ?? '';
  const reasoning = asString(message?.ReasoningContent);
  return {
    role: asString(message?.Role) ?? 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    ...(reasoning ? { reasoning_content: reasoning } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

function deltaOf(delta: JsonObject | undefined): ChatMessage | undefined {
  const content = asString(delta?.Content);
  const reasoning = asString(delta?.ReasoningContent);
  const calls = objectsOf(delta?.ToolCalls).map((call, at) => toolCall(call, at));
  if (!content && !reasoning && calls.length === 0) return undefined;
  return {
    ...(content ? { content } : {}),
    ...(reasoning ? { reasoning_content: reasoning } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

/** Later pieces of a streamed call bring no name and may repeat the id. */
function toolCall(call: JsonObject, at: number): ToolCall {
  const called = asObject(call.Function);
  const name = asString(called?.Name);
  const id = asString(call.Id);
  return {
    index: asNumber(call.Index) ?? at,
    ...(id && name ? { id, type: 'function' as const } : {}),
    function: { ...(name ? { name } : {}), arguments: asString(called?.Arguments) ?? '' },
  };
}

function failure({ Error: told, ErrorMsg }: JsonObject): string | undefined {
  const error = asObject(told);
  if (error) return `${asString(error.Message) ?? 'the vendor told an error'} (${String(error.Code)})`;
  const message = asObject(ErrorMsg);
  return message && `${asString(message.Msg) ?? 'the vendor told an error'} (${String(message.Code)})`;
}

function usageOf(value: unknown): ChatUsage | undefined {
  const counted = asObject(value);
  if (!counted) return undefined;
  const prompt_tokens = asNumber(counted.PromptTokens) ?? 0;
  const completion_tokens = asNumber(counted.CompletionTokens) ?? 0;
  const total_tokens = asNumber(counted.TotalTokens) ?? prompt_tokens + completion_tokens;
  return { prompt_tokens, completion_tokens, total_tokens };
}
