/** MiniMax's interface "pro": named speakers instead of roles. */
import { CHAT } from '../../api.ts';
import { asNumber, asObject, asString, compact, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { type ChatUsage, choicesCompletion, type Envelope } from '../../openai.ts';
import type { StreamStep } from '../../stream.ts';
import { chatStream } from '../chat-stream.ts';
import { textOf } from '../chat-text.ts';
import { configured } from '../compatible.ts';
import { type Provider, TranslationError } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';

const BOT = 'MM Assistant';
const USER = 'User';
const DEFAULT_BOT = { bot_name: BOT, content: 'You are a helpful assistant.' };

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

export function toMinimax(body: JsonObject): JsonObject {
  const messages = objectsOf(body.messages);
  const bots = messages
    .filter(({ role }) => role === 'system')
    .map(({ name, content }) => ({ bot_name: asString(name) || BOT, content: textOf(content) }));
  const bot = bots[0]?.bot_name ?? BOT;
  return compact({
    model: body.model,
    stream: body.stream === true,
    tokens_to_generate: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    temperature: body.temperature ?? undefined,
    top_p: body.top_p ?? undefined,
    mask_sensitive_info: true,
    messages: messages
      .filter(({ role }) => role !== 'system')
      .map(({ role, name, content }) =>
        role === 'assistant'
          ? { sender_type: 'BOT', sender_name: asString(name) || bot, text: textOf(content) }
          : { sender_type: 'USER', sender_name: asString(name) || USER, text: textOf(content) },
      ),
    bot_setting: bots.length > 0 ? bots : [DEFAULT_BOT],
    reply_constraints: { sender_type: 'BOT', sender_name: bot },
  });
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
  const choices = said.map(({ message, finish_reason }, index) => ({
    index,
    message: { role: 'assistant', name: asString(message.sender_name), content: asString(message.text) ?? '' },
    finish_reason: asString(finish_reason) || 'stop',
    logprobs: null,
  }));
  const id = asString(answer.id) ?? '';
  return choicesCompletion({ ...envelope, id }, choices, usageOf(answer.usage) ?? null) as JsonObject;
}

/** The last event repeats the whole text beside its finish reason: only events without one are deltas. */
export function minimaxStream(envelope: Envelope): StreamStep {
  let said = false;
  return chatStream(envelope, (message) => {
    const error = failure(message);
    if (error !== undefined) return { error };
    const choice = objectsOf(message.choices)[0];
    const finish = asString(choice?.finish_reason) || undefined;
    const content = objectsOf(choice?.messages)
      .map(({ text }) => asString(text) ?? '')
      .join('');
    const delta = content !== '' && !(finish && said) ? { content } : undefined;
    said ||= delta !== undefined;
    return { id: asString(message.request_id) ?? asString(message.id), delta, finish, usage: usageOf(message.usage) };
  });
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
