/** Anthropic Messages request to OpenAI chat request, for vendors that speak only the latter. */
import { asArray, asNumber, asObject, asString, compact, type JsonObject, objectsOf } from '../json.ts';

/** Some agents put a billing mark into the system text; its hash changes with every request and would defeat prompt caches. */
const BILLING_HEADER = 'x-anthropic-billing-header:';

export function toOpenai(body: JsonObject): JsonObject {
  const stream = body.stream === true;
  return compact({
    model: body.model,
    messages: [...systemMessages(body.system), ...objectsOf(body.messages).flatMap(messagesOf)],
    max_tokens: body.max_tokens,
    temperature: body.temperature,
    top_p: body.top_p,
    stop: asArray(body.stop_sequences),
    stream: body.stream,
    stream_options: stream ? { include_usage: true } : undefined,
    tools: toolsOf(body.tools),
    tool_choice: toolChoice(asObject(body.tool_choice)),
    parallel_tool_calls: parallel(asObject(body.tool_choice)),
    reasoning_effort: effort(asObject(body.thinking)),
    user: asString(asObject(body.metadata)?.user_id),
  });
}

function systemMessages(system: unknown): readonly JsonObject[] {
  if (typeof system === 'string') return system === '' ? [] : [{ role: 'system', content: withoutBillingHash(system) }];
  const blocks = objectsOf(system).filter((block) => block.type === 'text');
  if (blocks.length === 0) return [];
  const parts = blocks.map((block) =>
    compact({ type: 'text', text: withoutBillingHash(asString(block.text) ?? ''), cache_control: block.cache_control }),
  );
  const plain = parts.every((part) => part.cache_control === undefined);
  return [{ role: 'system', content: plain ? parts.map((part) => part.text).join('\n') : parts }];
}

function withoutBillingHash(text: string): string {
  return text.startsWith(BILLING_HEADER) ? text.replace(/\s?cch=[^;]*;/, '') : text;
}

function messagesOf(message: JsonObject): readonly JsonObject[] {
  const role = message.role === 'assistant' ? 'assistant' : 'user';
  if (typeof message.content === 'string') return [{ role, content: message.content }];
  const blocks = objectsOf(message.content);
  return role === 'assistant' ? assistantMessage(blocks) : userMessages(blocks);
}

function assistantMessage(blocks: readonly JsonObject[]): readonly JsonObject[] {
  const calls = blocks
    .filter((block) => block.type === 'tool_use')
    .map((block) => ({
      id: block.id,
      type: 'function',
      function: { name: block.name, arguments: JSON.stringify(block.input ?? {}) },
    }));
  const texts = blocks.filter((block) => block.type === 'text').map((block) => asString(block.text) ?? '');
  const thinking = blocks.filter((block) => block.type === 'thinking').map((block) => asString(block.thinking) ?? '');
  return [
    compact({
      role: 'assistant',
      content: texts.length > 0 ? texts.join('') : calls.length > 0 ? null : '',
      reasoning_content: thinking.length > 0 ? thinking.join('') : undefined,
      tool_calls: calls.length > 0 ? calls : undefined,
    }),
  ];
}

/** Tool answers must follow the calls directly, so they come before what the user said beside them. */
function userMessages(blocks: readonly JsonObject[]): readonly JsonObject[] {
  const results = blocks
    .filter((block) => block.type === 'tool_result')
    .map((block) => ({
      role: 'tool',
      tool_call_id: block.tool_use_id,
      content: resultText(block.content),
    }));
  const parts: JsonObject[] = blocks.map(partOf).filter((part) => part !== undefined);
  if (parts.length === 0) return results.length > 0 ? results : [{ role: 'user', content: '' }];
  const only = parts.length === 1 ? parts[0] : undefined;
  const plain = only?.type === 'text' && only.cache_control === undefined;
  return [...results, { role: 'user', content: plain ? only.text : parts }];
}

function partOf(block: JsonObject): JsonObject | undefined {
  if (block.type === 'text')
    return compact<JsonObject>({ type: 'text', text: block.text, cache_control: block.cache_control });
  if (block.type !== 'image') return undefined;
  const source = asObject(block.source);
  const url = source?.type === 'base64' ? `data:${source.media_type};base64,${source.data}` : asString(source?.url);
  return compact<JsonObject>({ type: 'image_url', image_url: { url: url ?? '' }, cache_control: block.cache_control });
}

function resultText(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((block) => (block.type === 'text' ? (asString(block.text) ?? '') : JSON.stringify(block)))
    .join('\n');
}

function toolsOf(tools: unknown): readonly JsonObject[] | undefined {
  const list = objectsOf(tools);
  if (list.length === 0) return undefined;
  return list.map((tool) => ({
    type: 'function',
    function: compact({ name: tool.name, description: tool.description, parameters: tool.input_schema }),
  }));
}

function toolChoice(choice: JsonObject | undefined): unknown {
  switch (choice?.type) {
    case 'tool':
      return { type: 'function', function: { name: choice.name } };
    case 'any':
      return 'required';
    case 'auto':
    case 'none':
      return choice.type;
    default:
      return undefined;
  }
}

function parallel(choice: JsonObject | undefined): boolean | undefined {
  return typeof choice?.disable_parallel_tool_use === 'boolean' ? !choice.disable_parallel_tool_use : undefined;
}

function effort(thinking: JsonObject | undefined): string | undefined {
  if (thinking?.type !== 'enabled') return undefined;
  const budget = asNumber(thinking.budget_tokens) ?? 0;
  if (budget < 4096) return 'low';
  return budget < 16384 ? 'medium' : 'high';
}
