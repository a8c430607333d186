/** OpenAI chat request to MiniMax's interface "pro": speakers with names, functions in place of tools. */
import { asObject, asString, compact, type JsonObject, objectsOf } from '../../json.ts';
import { textOf } from '../chat-text.ts';
import { TranslationError } from '../provider.ts';

const BOT = 'MM Assistant';
const USER = 'User';
const DEFAULT_BOT = { bot_name: BOT, content: 'You are a helpful assistant.' };

/** Throws TranslationError. */
export function toMinimax(body: JsonObject): JsonObject {
  const messages = objectsOf(body.messages);
  const bots = messages
    .filter(({ role }) => role === 'system')
    .map(({ name, content }) => ({ bot_name: asString(name) || BOT, content: plainText(content) }));
  const bot = bots[0]?.bot_name ?? BOT;
  return compact({
    model: body.model,
    stream: body.stream === true,
    tokens_to_generate: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    temperature: body.temperature ?? undefined,
    top_p: body.top_p ?? undefined,
    mask_sensitive_info: true,
    messages: messages.filter(({ role }) => role !== 'system').flatMap((message) => messagesOf(message, bot)),
    bot_setting: bots.length > 0 ? bots : [DEFAULT_BOT],
    reply_constraints: { sender_type: 'BOT', sender_name: bot },
    ...functionsOf(body),
  });
}

function messagesOf(message: JsonObject, bot: string): readonly JsonObject[] {
  const text = plainText(message.content);
  const name = asString(message.name);
  // What a function answered is said for the bot that called it, under its name.
  if (message.role === 'tool') return [{ sender_type: 'FUNCTION', sender_name: bot, text }];
  if (message.role !== 'assistant') return [{ sender_type: 'USER', sender_name: name || USER, text }];
  const speaker = { sender_type: 'BOT', sender_name: name || bot };
  const calls = objectsOf(message.tool_calls).map((call) => {
    const called = asObject(call.function);
    return { name: called?.name, arguments: asString(called?.arguments) ?? '{}' };
  });
  // A message holds one call.
  const [first, ...others] = calls.map((function_call) => ({ function_call }));
  return [{ ...speaker, text, ...first }, ...others.map((call) => ({ ...speaker, text: '', ...call }))];
}

function functionsOf({ tools, tool_choice }: JsonObject): JsonObject {
  const functions = objectsOf(tools).flatMap(({ function: described }) => {
    const one = asObject(described);
    return one ? [compact({ name: one.name, description: asString(one.description), parameters: one.parameters })] : [];
  });
  if (functions.length === 0) return {};
  const name = asString(asObject(asObject(tool_choice)?.function)?.name);
  const type = name ? 'specific' : tool_choice === 'none' ? 'none' : 'auto';
  return { functions, function_call: compact({ type, name }) };
}

function plainText(content: unknown): string {
  if (objectsOf(content).some(({ type }) => type === 'image_url')) {
    const way = 'set minimaxApiType to "v2"';
    throw new TranslationError(`MiniMax's interface "pro" takes no pictures (image_url); ${way}`, 400);
  }
  return textOf(content);
}
