/** MiniMax's interface "pro": named speakers instead of roles. */
import { CHAT } from '../../api.ts';
import { asNumber, asObject, asString, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { type ChatUsage, choicesCompletion, type Envelope, type ToolCall, toolCallOf } from '../../openai.ts';
import type { StreamStep } from '../../stream.ts';
import { chatStream } from '../chat-stream.ts';
import { configured } from '../compatible.ts';
import { type Provider, TranslationError } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import { toMinimax } from './to-minimax.ts';

export function minimaxProProvider(settings: ProviderSettings): Provider {
  const group = encodeURIComponent(settings.minimaxGroupId);
  return {
    type: 'minimax',
    host: settings.providerDomain || 'api.minimax.chat',
    auth: 'bearer',
    passesUnknownApis: false,
    editsBodies: true,
    capabilities: { [CHAT]: `/v1/text/chatcompletion_pro?GroupId=${group}`, ...configured(settings) },
    translation({ name }, { host }) {
      if (name !== CHAT) return undefined;
      let model = '';
      const envelope = () => ({ id: '', model, created: Math.floor(host.now() / 1000) });
      return {
        request(body) {
          model = asString(body.model) ?? '';
          return { body: toMinimax(body) };
        },
        response: (text) => ({ body: fromMinimax(text, envelope()) }),
        stream: () => minimaxStream(envelope()),
      };
    },
  };
}

/** Throws TranslationError. */
export function fromMinimax(text: string, envelope: Envelope): JsonObject {
  const answer = parseObject(text);
  if (!answer) throw new TranslationError('the answer of the vendor is not a JSON object');
  const failed = failure(answer);
  if (failed !== undefined) throw new TranslationError(failed);
  const said = objectsOf(answer.choices).flatMap(({ messages, finish_reason }) =>
    objectsOf(messages).map((message) => ({ message, finish_reason })),
  );
  const id = asString(answer.id) ?? '';
  const choices = said.map(({ message, finish_reason }, index) => {
    const call = functionCall(message, id);
    const content = asString(message.text) ?? '';
    return {
      index,
      message: {
        role: 'assistant',
        name: asString(message.sender_name),
        content: call && content === '' ? null : content,
        ...(call ? { tool_calls: [call] } : {}),
      },
      finish_reason: call ? 'tool_calls' : finishOf(finish_reason),
      logprobs: null,
    };
  });
  return choicesCompletion({ ...envelope, id }, choices, usageOf(answer.usage) ?? null) as JsonObject;
}

/** The last event repeats the whole text beside its finish reason: only events without one are deltas. */
export function minimaxStream(envelope: Envelope): StreamStep {
  let said = false;
  let called = false;
  return chatStream(envelope, (message) => {
    const error = failure(message);
    if (error !== undefined) return { error };
    const choice = objectsOf(message.choices)[0];
    const id = asString(message.request_id) ?? asString(message.id);
    const ended = Boolean(asString(choice?.finish_reason));
    const messages = objectsOf(choice?.messages);
    const content = messages.map(({ text }) => asString(text) ?? '').join('');
    const text = content !== '' && !(ended && said) ? content : undefined;
    said ||= text !== undefined;
    // A call comes whole, and may come again with the last event.
    const call = called ? undefined : messages.map((one) => functionCall(one, id ?? '')).find((one) => one);
    called ||= call !== undefined;
    const delta = { ...(text === undefined ? {} : { content: text }), ...(call ? { tool_calls: [call] } : {}) };
    return {
      id,
      delta: text === undefined && !call ? undefined : delta,
      finish: ended ? (called ? 'tool_calls' : finishOf(choice?.finish_reason)) : undefined,
      usage: usageOf(message.usage),
    };
  });
}

/** The vendor calls one function at a time and gives the call no id. */
function functionCall({ function_call }: JsonObject, answerId: string): ToolCall | undefined {
  const called = asObject(function_call);
  if (!called?.name) return undefined;
  const call = toolCallOf(0, `call_${answerId}`, called.name, {});
  return { ...call, function: { ...call.function, arguments: asString(called.arguments) || '{}' } };
}

function finishOf(reason: unknown): string {
  const told = asString(reason) || 'stop';
  return told === 'max_output' ? 'length' : told;
}

function failure({ base_resp }: JsonObject): string | undefined {
  const told = asObject(base_resp);
  const code = asNumber(told?.status_code) ?? 0;
  return code === 0 ? undefined : `${asString(told?.status_msg) || 'the vendor told an error'} (code ${code})`;
}

/** Some models count only the sum. */
function usageOf(value: unknown): ChatUsage | undefined {
  const counted = asObject(value);
  if (!counted) return undefined;
  const prompt_tokens = asNumber(counted.prompt_tokens) ?? 0;
  const completion_tokens = asNumber(counted.completion_tokens) ?? 0;
  const total_tokens = asNumber(counted.total_tokens) ?? prompt_tokens + completion_tokens;
  return { prompt_tokens, completion_tokens, total_tokens };
}
