/** OpenAI chat request to Cohere's chat (v1), which takes one message and the conversation before it. */
import { asArray, asNumber, asObject, asString, compact, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { TranslationError } from '../provider.ts';

/** Members of Cohere's chat that OpenAI does not have; a caller who knows the vendor may send them. */
const OWN_MEMBERS = [
  'documents',
  'connectors',
  'search_queries_only',
  'citation_quality',
  'prompt_truncation',
  'conversation_id',
  'safety_mode',
  'raw_prompting',
  'force_single_step',
] as const;

/** Throws TranslationError. */
export function toCohere(body: JsonObject): JsonObject {
  const messages = objectsOf(body.messages);
  if (messages.length === 0) throw new TranslationError('missing messages in request');
  const firstSaid = messages.findIndex((message) => !isSystem(message));
  const said = firstSaid < 0 ? [] : messages.slice(firstSaid);
  const preamble = messages
    .slice(0, firstSaid < 0 ? messages.length : firstSaid)
    .map((message) => textOf(message.content))
    .filter((text) => text !== '')
    .join('\n\n');
  const { message, history, results } = split(said);
  return compact({
    message,
    model: body.model,
    stream: typeof body.stream === 'boolean' ? body.stream : undefined,
    preamble: preamble === '' ? undefined : preamble,
    chat_history: history.length > 0 ? history : undefined,
    tools: body.tool_choice === 'none' ? undefined : toolsOf(body.tools),
    tool_results: results,
    max_tokens: asNumber(body.max_completion_tokens) ?? asNumber(body.max_tokens),
    temperature: asNumber(body.temperature),
    k: asNumber(body.top_k) ?? asNumber(body.n),
    p: asNumber(body.top_p),
    seed: asNumber(body.seed),
    stop_sequences: typeof body.stop === 'string' ? [body.stop] : asArray(body.stop),
    frequency_penalty: asNumber(body.frequency_penalty),
    presence_penalty: asNumber(body.presence_penalty),
    response_format: responseFormat(body.response_format),
    ...Object.fromEntries(OWN_MEMBERS.map((name) => [name, body[name] ?? undefined])),
  });
}

interface Conversation {
  readonly message: string;
  readonly history: readonly JsonObject[];
  readonly results: readonly JsonObject[] | undefined;
}

/** The last message of the user is the one to answer, unless results of tools follow it. */
function split(messages: readonly JsonObject[]): Conversation {
  const calls = callsById(messages);
  const lastOther = messages.findLastIndex(({ role }) => role !== 'tool');
  if (lastOther < messages.length - 1) {
    const results = messages.slice(lastOther + 1).map((message) => toolResult(message, calls));
    return { message: '', history: historyOf(messages.slice(0, lastOther + 1), calls), results };
  }
  const asked = messages.findLastIndex(({ role }) => role === 'user');
  return {
    message: asked < 0 ? '' : textOf(messages[asked]?.content),
    history: historyOf(
      messages.filter((_, index) => index !== asked),
      calls,
    ),
    results: undefined,
  };
}

function historyOf(messages: readonly JsonObject[], calls: ReadonlyMap<string, JsonObject>): readonly JsonObject[] {
  const history: JsonObject[] = [];
  let results: JsonObject[] | undefined;
  for (const message of messages) {
    if (message.role === 'tool') {
      if (!results) {
        results = [];
        history.push({ role: 'TOOL', tool_results: results });
      }
      results.push(toolResult(message, calls));
      continue;
    }
    results = undefined;
    const role = message.role === 'assistant' ? 'CHATBOT' : isSystem(message) ? 'SYSTEM' : 'USER';
    const called = objectsOf(message.tool_calls).map(toolCall);
    const tool_calls = called.length > 0 ? called : undefined;
    history.push(compact({ role, message: textOf(message.content), tool_calls }));
  }
  return history;
}

/** Cohere's calls have no ids: a result repeats the call. */
function callsById(messages: readonly JsonObject[]): ReadonlyMap<string, JsonObject> {
  const all = messages.flatMap((message) => objectsOf(message.tool_calls));
  return new Map(all.map((call) => [asString(call.id) ?? '', toolCall(call)]));
}

function toolCall(call: JsonObject): JsonObject {
  const called = asObject(call.function);
  return { name: asString(called?.name) ?? '', parameters: parseObject(asString(called?.arguments) ?? '') ?? {} };
}

function toolResult(message: JsonObject, calls: ReadonlyMap<string, JsonObject>): JsonObject {
  const text = textOf(message.content);
  const call = calls.get(asString(message.tool_call_id) ?? '') ?? {
    name: asString(message.name) ?? '',
    parameters: {},
  };
  return { call, outputs: [parseObject(text) ?? { text }] };
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'str',
  number: 'float',
  integer: 'int',
  boolean: 'bool',
  array: 'list',
  object: 'dict',
};

/** Cohere names types as Python does. */
function toolsOf(tools: unknown): readonly JsonObject[] | undefined {
  const functions = objectsOf(tools)
    .map((tool) => asObject(tool.function))
    .filter((tool) => tool !== undefined);
  if (functions.length === 0) return undefined;
  return functions.map((tool) => {
    const schema = asObject(tool.parameters);
    const required = asArray(schema?.required) ?? [];
    const parameters = Object.entries(asObject(schema?.properties) ?? {}).map(([name, value]) => {
      const property = asObject(value) ?? {};
      const type = TYPES[asString(property.type) ?? 'string'] ?? 'str';
      return [name, compact({ type, description: asString(property.description), required: required.includes(name) })];
    });
    return {
      name: tool.name,
      description: asString(tool.description) ?? '',
      parameter_definitions: Object.fromEntries(parameters),
    };
  });
}

function responseFormat(format: unknown): JsonObject | undefined {
  const asked = asObject(format);
  if (asked?.type === 'json_object') return { type: 'json_object' };
  if (asked?.type !== 'json_schema') return undefined;
  return compact({ type: 'json_object', schema: asObject(asked.json_schema)?.schema });
}

function isSystem(message: JsonObject): boolean {
  return message.role === 'system' || message.role === 'developer';
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((part) => asString(part.text) ?? '')
    .join('');
}
