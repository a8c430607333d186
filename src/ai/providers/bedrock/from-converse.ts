/** Converse answer to OpenAI chat completion. */
import { asObject, asString, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { type ChatMessage, chatCompletion, type Envelope, toolCallOf } from '../../openai.ts';
import { TranslationError } from '../provider.ts';
import { toChatUsage } from './usage.ts';

export function fromConverse(text: string, envelope: Envelope): JsonObject {
  const answer = parseObject(text);
  if (!answer) throw new TranslationError('the answer of the vendor is not a JSON object');
  const message = asObject(asObject(answer.output)?.message);
  if (!message) {
    const said = asString(answer.message) ?? asString(answer.Message);
    throw new TranslationError(said ?? 'the answer of the vendor has no output.message');
  }
  const usage = asObject(answer.usage) ? toChatUsage(answer.usage) : null;
  return chatCompletion(envelope, messageOf(message), finishReason(answer.stopReason), usage) as JsonObject;
}

function messageOf(message: JsonObject): ChatMessage {
  const blocks = objectsOf(message.content);
  const content = blocks.map(textOfBlock).join('');
  const thinking = blocks
    .map((block) => asString(asObject(asObject(block.reasoningContent)?.reasoningText)?.text) ?? '')
    .join('');
  const calls = blocks
    .map((block) => asObject(block.toolUse))
    .filter((use) => use !== undefined)
    .map((use, index) => toolCallOf(index, use.toolUseId, use.name, use.input));
  return {
    role: 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    ...(thinking === '' ? {} : { reasoning_content: thinking }),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

/** Texts with citations come in blocks of their own. */
function textOfBlock(block: JsonObject): string {
  const cited = objectsOf(asObject(block.citationsContent)?.content);
  return asString(block.text) ?? cited.map((part) => asString(part.text) ?? '').join('');
}

export function finishReason(stopReason: unknown): string | null {
  switch (stopReason) {
    case 'end_turn':
    case 'stop_sequence':
      return 'stop';
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length';
    case 'tool_use':
      return 'tool_calls';
    case 'guardrail_intervened':
    case 'content_filtered':
      return 'content_filter';
    default:
      return asString(stopReason) ?? null;
  }
}
