/** OpenAI chat request to a Converse request. The model stands in the path. */
import { asArray, asObject, asString, compact, type JsonObject, objectsOf } from '../../json.ts';
import { TranslationError } from '../provider.ts';
import { type Block, conversation, inferenceConfig, type Turn, textOf, toolConfig } from './content.ts';

export interface ConverseSettings {
  readonly bedrockAdditionalFields: Readonly<Record<string, unknown>>;
  readonly promptCacheRetention: string;
  readonly bedrockPromptCachePointPositions: CachePointPositions;
}

export interface CachePointPositions {
  readonly systemPrompt: boolean;
  readonly lastUserMessage: boolean;
  readonly lastMessage: boolean;
}

const THINKING_TOKENS: Readonly<Record<string, number>> = { low: 1024, medium: 4096, high: 16384 };
const DEFAULT_THINKING_TOKENS = 1024;

/** Members of Converse that OpenAI does not have; a caller who knows the vendor may send them. */
const OWN_MEMBERS = ['guardrailConfig', 'promptVariables', 'requestMetadata', 'outputConfig', 'serviceTier'] as const;

/** `model`: as the vendor names it. Throws TranslationError. */
export function toConverse(body: JsonObject, model: string, settings: ConverseSettings): JsonObject {
  if (!asArray(body.messages)) throw new TranslationError('missing messages in request');
  const all = objectsOf(body.messages);
  const system: Block[] = all
    .filter(isSystem)
    .map((message) => ({ text: textOf(message.content) }))
    .filter(({ text }) => text !== '');
  const turns = conversation(all.filter((message) => !isSystem(message)));
  const cached = withCachePoints(system, turns, cachePoint(body, model, settings), settings);
  return compact({
    system: cached.system.length > 0 ? cached.system : undefined,
    messages: cached.turns,
    inferenceConfig: inferenceConfig(body),
    toolConfig: toolConfig(body, turns),
    additionalModelRequestFields: additionalFields(body, settings),
    additionalModelResponseFieldPaths: asArray(body.additionalModelResponseFieldPaths),
    performanceConfig: asObject(body.performanceConfig) ?? { latency: 'standard' },
    outputConfig: outputConfig(body.response_format),
    ...Object.fromEntries(OWN_MEMBERS.filter((name) => asObject(body[name])).map((name) => [name, body[name]])),
  });
}

/** Of the forms of an answer, Converse knows JSON schemas. */
function outputConfig(format: unknown): JsonObject | undefined {
  const asked = asObject(asObject(format)?.json_schema);
  if (asObject(format)?.type !== 'json_schema' || !asObject(asked?.schema)) return undefined;
  const jsonSchema = compact({
    schema: JSON.stringify(asked?.schema),
    name: asString(asked?.name),
    description: asString(asked?.description),
  });
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
}

function isSystem(message: JsonObject): boolean {
  return message.role === 'system' || message.role === 'developer';
}

/** The operator's fields win. */
function additionalFields(body: JsonObject, settings: ConverseSettings): JsonObject | undefined {
  const effort = asString(body.reasoning_effort);
  const budget_tokens = effort ? (THINKING_TOKENS[effort] ?? DEFAULT_THINKING_TOKENS) : undefined;
  const thinking =
    budget_tokens === undefined || effort === 'none' ? {} : { thinking: { type: 'enabled', budget_tokens } };
  const fields = {
    ...thinking,
    ...asObject(body.additionalModelRequestFields),
    ...settings.bedrockAdditionalFields,
  };
  return Object.keys(fields).length > 0 ? fields : undefined;
}

function cachePoint(body: JsonObject, model: string, settings: ConverseSettings): Block | undefined {
  if (!/amazon\.nova|anthropic\.claude/.test(model)) return undefined;
  switch (asString(body.prompt_cache_retention) || settings.promptCacheRetention) {
    case 'in_memory':
    case 'in-memory':
      return { cachePoint: { type: 'default' } };
    case '24h':
      return { cachePoint: { type: 'default', ttl: '1h' } };
    default:
      return undefined;
  }
}

function withCachePoints(
  system: readonly Block[],
  turns: readonly Turn[],
  point: Block | undefined,
  { bedrockPromptCachePointPositions: wanted }: ConverseSettings,
): { readonly system: readonly Block[]; readonly turns: readonly Turn[] } {
  if (!point) return { system, turns };
  const marked = new Set<number>();
  if (wanted.lastUserMessage) marked.add(turns.findLastIndex(({ role }) => role === 'user'));
  if (wanted.lastMessage) marked.add(turns.length - 1);
  return {
    system: wanted.systemPrompt && system.length > 0 ? [...system, point] : system,
    turns: turns.map((turn, index) => (marked.has(index) ? { ...turn, content: [...turn.content, point] } : turn)),
  };
}
