/** OpenAI chat request to Anthropic Messages request. */
import { asArray, asNumber, asObject, asString, compact, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { turnsOf } from '../../turns.ts';
import { TranslationError } from '../provider.ts';
import type { ContentBlock, Turn } from './types.ts';

/** Anthropic requires a limit; OpenAI does not. */
const DEFAULT_MAX_TOKENS = 4096;
const MIN_THINKING_TOKENS = 1024;
const THINKING_TOKENS: Readonly<Record<string, number>> = { low: 1024, medium: 8192, high: 16384 };
const DEFAULT_THINKING_TOKENS = 8192;

export function toClaude(body: JsonObject): JsonObject {
  const messages = asArray(body.messages);
  if (!messages) throw new TranslationError('missing messages in request');
  const all = objectsOf(messages);
  const system = all
    .filter(isSystem)
    .map((message) => textOf(message.content))
    .filter((text) => text !== '');
  const thinking = thinkingOf(body);
  return compact({
    model: body.model,
    messages: conversation(all.filter((message) => !isSystem(message))),
    system: system.length > 0 ? system.join('\n\n') : undefined,
    max_tokens: maxTokens(body, thinking?.budget_tokens),
    stop_sequences: stopSequences(body.stop),
    stream: typeof body.stream === 'boolean' ? body.stream : undefined,
    temperature: body.temperature ?? undefined,
    top_p: body.top_p ?? undefined,
    top_k: body.top_k ?? undefined,
    tools: toolsOf(body.tools),
    tool_choice: toolChoice(body),
    thinking,
    metadata: typeof body.user === 'string' ? { user_id: body.user } : undefined,
  });
}

function isSystem(message: JsonObject): boolean {
  return message.role === 'system' || message.role === 'developer';
}

/** The budget must stay below the limit; a limit that is too small for it grows by the budget. */
function maxTokens(body: JsonObject, budget: number | undefined): number {
  const asked = asNumber(body.max_completion_tokens) ?? asNumber(body.max_tokens);
  const limit = asked ?? DEFAULT_MAX_TOKENS;
  return budget !== undefined && limit <= budget ? limit + budget : limit;
}

function stopSequences(stop: unknown): readonly unknown[] | undefined {
  if (typeof stop === 'string') return [stop];
  return asArray(stop);
}

function thinkingOf(body: JsonObject): { readonly type: 'enabled'; readonly budget_tokens: number } | undefined {
  const tokens = asNumber(body.reasoning_max_tokens);
  if (tokens !== undefined && tokens > 0) {
    return { type: 'enabled', budget_tokens: Math.max(MIN_THINKING_TOKENS, tokens) };
  }
  const effort = asString(body.reasoning_effort);
  if (!effort || effort === 'none') return undefined;
  return { type: 'enabled', budget_tokens: THINKING_TOKENS[effort] ?? DEFAULT_THINKING_TOKENS };
}

function conversation(messages: readonly JsonObject[]): readonly Turn[] {
  return turnsOf<Turn, ContentBlock>(messages, {
    results: (content) => ({ role: 'user', content }),
    result: toolResult,
    turn: (message) =>
      message.role === 'assistant' ? assistantTurn(message) : { role: 'user', content: contentOf(message.content) },
  });
}

function toolResult(message: JsonObject): ContentBlock {
  const content = contentOf(message.content);
  return { type: 'tool_result', tool_use_id: asString(message.tool_call_id) ?? '', content };
}

function assistantTurn(message: JsonObject): Turn {
  const calls = objectsOf(message.tool_calls);
  if (calls.length === 0) return { role: 'assistant', content: contentOf(message.content) };
  const said = contentOf(message.content);
  const blocks: ContentBlock[] =
    typeof said === 'string' ? (said === '' ? [] : [{ type: 'text', text: said }]) : [...said];
  for (const call of calls) {
    const called = asObject(call.function);
    const input = parseObject(asString(called?.arguments) ?? '') ?? {};
    blocks.push({ type: 'tool_use', id: asString(call.id) ?? '', name: asString(called?.name) ?? '', input });
  }
  return { role: 'assistant', content: blocks };
}

function contentOf(content: unknown): string | readonly ContentBlock[] {
  if (typeof content === 'string') return content;
  return objectsOf(content).flatMap((part) => blockOf(part) ?? []);
}

function blockOf(part: JsonObject): ContentBlock | undefined {
  if (part.type === 'text') return { type: 'text', text: asString(part.text) ?? '' };
  if (part.type === 'image_url')
    return imageBlock(asString(asObject(part.image_url)?.url) ?? asString(part.image_url) ?? '');
  if (part.type === 'file') {
    return { type: 'file', source: { type: 'url', file_id: asString(asObject(part.file)?.file_id) ?? '' } };
  }
  return undefined;
}

function imageBlock(url: string): ContentBlock {
  const data = /^data:([^;,]+);base64,(.*)$/s.exec(url);
  if (!data) return { type: 'image', source: { type: 'url', url } };
  return { type: 'image', source: { type: 'base64', media_type: data[1] ?? '', data: data[2] ?? '' } };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((part) => asString(part.text) ?? '')
    .join('');
}

function toolsOf(tools: unknown): readonly JsonObject[] | undefined {
  const functions: JsonObject[] = objectsOf(tools)
    .map((tool) => asObject(tool.function))
    .filter((tool) => tool !== undefined);
  if (functions.length === 0) return undefined;
  return functions.map((tool) =>
    compact({
      name: tool.name,
      description: tool.description,
      input_schema: tool.parameters ?? { type: 'object', properties: {} },
    }),
  );
}

function toolChoice(body: JsonObject): JsonObject | undefined {
  if (objectsOf(body.tools).length === 0) return undefined;
  const single = body.parallel_tool_calls === false ? { disable_parallel_tool_use: true } : {};
  const choice = body.tool_choice;
  const name = asString(asObject(asObject(choice)?.function)?.name);
  if (name !== undefined) return { type: 'tool', name, ...single };
  if (choice === 'required') return { type: 'any', ...single };
  if (choice === 'none') return { type: 'none' };
  if (choice === 'auto' || body.parallel_tool_calls === false) return { type: 'auto', ...single };
  return undefined;
}
