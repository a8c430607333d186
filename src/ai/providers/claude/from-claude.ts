/** Anthropic Messages answer to OpenAI chat completion. */
import { asObject, asString, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { type ChatMessage, chatCompletion, toolCallOf } from '../../openai.ts';
import { TranslationError } from '../provider.ts';
import { mergeUsage, toChatUsage } from './usage.ts';

/** `created`: seconds since 1970, as Anthropic tells no time. */
export function fromClaude(text: string, created: number): JsonObject {
  const answer = parseObject(text);
  if (!answer) throw new TranslationError('the answer of the vendor is not a JSON object');
  const error = asObject(answer.error);
  if (error) throw new TranslationError(asString(error.message) ?? 'the vendor reported an error without a message');
  const envelope = {
    id: asString(answer.id) ?? '',
    model: asString(answer.model) ?? '',
    created,
    serviceTier: asString(asObject(answer.usage)?.service_tier),
  };
  const usage = toChatUsage(mergeUsage({}, answer.usage));
  return chatCompletion(envelope, messageOf(answer), finishReason(answer.stop_reason), usage) as JsonObject;
}

function messageOf(answer: JsonObject): ChatMessage {
  const blocks = objectsOf(answer.content);
  const join = (type: string, member: string) =>
    blocks
      .filter((block) => block.type === type)
      .map((block) => asString(block[member]) ?? '')
      .join('');
  const calls = blocks
    .filter((block) => block.type === 'tool_use')
    .map((block, index) => toolCallOf(index, block.id, block.name, block.input));
  const content = join('text', 'text');
  const thinking = join('thinking', 'thinking');
  return {
    role: 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    ...(thinking === '' ? {} : { reasoning_content: thinking }),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

export function finishReason(stopReason: unknown): string | null {
  switch (stopReason) {
    case 'end_turn':
    case 'stop_sequence':
      return 'stop';
    case 'max_tokens':
      return 'length';
    case 'tool_use':
      return 'tool_calls';
    default:
      return asString(stopReason) ?? null;
  }
}
