/** OpenAI chat to Dify's applications and back. */
import { asNumber, asObject, asString, compact, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { type ChatUsage, chatCompletion, type Envelope } from '../../openai.ts';
import type { StreamStep } from '../../stream.ts';
import { chatStream } from '../chat-stream.ts';
import { textOf } from '../chat-text.ts';
import { type OpenaiAnswer, TranslationError } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';

type Bot = Pick<ProviderSettings, 'botType' | 'inputVariable' | 'outputVariable'>;

export function toDify(
  body: JsonObject,
  { botType, inputVariable }: Bot,
  conversation: string | undefined,
): JsonObject {
  const query = objectsOf(body.messages)
    .map(({ role, content }) => `${label(role)}: \n${textOf(content)}\n`)
    .join('');
  const common = {
    response_mode: body.stream === true ? 'streaming' : 'blocking',
    user: asString(body.user) || 'api-user',
    auto_generate_name: false,
  };
  if (botType === 'Completion') return { ...common, inputs: { query } };
  if (botType === 'Workflow') return { ...common, inputs: { [inputVariable]: query } };
  return compact({ ...common, inputs: {}, query, conversation_id: conversation ?? '' });
}

/** Throws TranslationError. */
export function fromDify(text: string, bot: Bot, envelope: Envelope): OpenaiAnswer {
  const answer = parseObject(text);
  if (!answer) throw new TranslationError('the answer of the vendor is not a JSON object');
  const id = idOf(answer, bot);
  const data = asObject(answer.data);
  if (bot.botType === 'Workflow' && data?.status === 'failed') {
    throw new TranslationError(asString(data.error) ?? 'the workflow failed');
  }
  const content = bot.botType === 'Workflow' ? outputOf(data, bot) : (asString(answer.answer) ?? '');
  const conversation = asString(answer.conversation_id);
  return {
    body: chatCompletion(
      { ...envelope, id },
      { role: 'assistant', content },
      'stop',
      usageOf(answer) ?? null,
    ) as JsonObject,
    ...(conversation && isChat(bot) ? { headers: { conversationid: conversation } } : {}),
  };
}

/** Chunks of a conversation carry its id as their own: the head of a stream has left before Dify names it. */
export function difyStream(bot: Bot, envelope: Envelope): StreamStep {
  let said = false;
  return chatStream(envelope, (message) => {
    const id = idOf(message, bot);
    switch (message.event) {
      case 'message':
      case 'agent_message':
        return { id, ...deltaOf(message.answer) };
      case 'text_chunk': {
        const part = deltaOf(asObject(message.data)?.text);
        said ||= part.delta !== undefined;
        return { id, ...part };
      }
      case 'message_end':
        return { id, finish: 'stop', usage: usageOf(message) };
      case 'workflow_finished': {
        // Chat flows tell about the workflow below them too; their own end is `message_end`.
        if (bot.botType !== 'Workflow') return undefined;
        const data = asObject(message.data);
        if (data?.status === 'failed') return { error: asString(data.error) ?? 'the workflow failed' };
        return { id, ...(said ? {} : deltaOf(outputOf(data, bot))), finish: 'stop', usage: usageOf(message) };
      }
      case 'error':
        return { error: asString(message.message) ?? 'the vendor ended the stream with an error' };
      default:
        return undefined;
    }
  });
}

function deltaOf(text: unknown) {
  const content = asString(text);
  return content ? { delta: { content } } : {};
}

function label(role: unknown): string {
  return role === 'system' ? 'SYSTEM' : role === 'assistant' ? 'ASSISTANT' : 'USER';
}

function isChat({ botType }: Bot): boolean {
  return botType === 'Chat' || botType === 'Agent';
}

function idOf(message: JsonObject, bot: Bot): string {
  if (isChat(bot)) return asString(message.conversation_id) ?? '';
  if (bot.botType === 'Completion') return asString(message.message_id) ?? '';
  return asString(asObject(message.data)?.workflow_id) ?? '';
}

/** Outputs of other types leave as JSON text. */
function outputOf(data: JsonObject | undefined, { outputVariable }: Bot): string {
  const output = asObject(data?.outputs)?.[outputVariable];
  return typeof output === 'string' ? output : output === undefined ? '' : JSON.stringify(output);
}

function usageOf(message: JsonObject): ChatUsage | undefined {
  const counted = asObject(asObject(message.metadata)?.usage);
  if (counted) {
    const prompt_tokens = asNumber(counted.prompt_tokens) ?? 0;
    const completion_tokens = asNumber(counted.completion_tokens) ?? 0;
    const total_tokens = asNumber(counted.total_tokens) ?? prompt_tokens + completion_tokens;
    return { prompt_tokens, completion_tokens, total_tokens };
  }
  // Workflows tell the sum alone.
  const total = asNumber(asObject(message.data)?.total_tokens);
  return total === undefined ? undefined : { prompt_tokens: 0, completion_tokens: 0, total_tokens: total };
}
