/** Model, token counts and ids from answers of any vendor: whole bodies or single events of a stream. */
import { asNumber, asObject, asString, type JsonObject } from './json.ts';

export interface UsageFacts {
  readonly model?: string;
  readonly chatId?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly totalTokens?: number;
  readonly inputDetails?: JsonObject;
  readonly outputDetails?: JsonObject;
}

type Path = readonly string[];

const MODEL = paths('model', 'body.model', 'response.model', 'message.model', 'modelVersion');
const CHAT_ID = paths('id', 'response.id', 'responseId', 'message.id');
const INPUT = paths(
  'usage.prompt_tokens',
  'usage.input_tokens',
  'response.usage.input_tokens',
  'usageMetadata.promptTokenCount',
  'message.usage.input_tokens',
);
const OUTPUT = paths(
  'usage.completion_tokens',
  'usage.output_tokens',
  'response.usage.output_tokens',
  'usageMetadata.candidatesTokenCount',
  'message.usage.output_tokens',
);
const TOTAL = paths('usage.total_tokens', 'response.usage.total_tokens', 'usageMetadata.totalTokenCount');
const INPUT_DETAILS = paths(
  'usage.prompt_tokens_details',
  'usage.input_tokens_details',
  'response.usage.input_tokens_details',
);
const OUTPUT_DETAILS = paths(
  'usage.completion_tokens_details',
  'usage.output_tokens_details',
  'response.usage.output_tokens_details',
);
const ANTHROPIC_USAGE = paths('usage', 'message.usage');

/** Anthropic counts these beside `input_tokens`. */
const CACHE_COUNTS = ['cache_creation_input_tokens', 'cache_read_input_tokens'];
const GEMINI_COUNTS = ['thoughtsTokenCount', 'cachedContentTokenCount', 'toolUsePromptTokenCount'];

/** Members that the document does not tell are absent. */
export function readUsage(document: JsonObject): UsageFacts {
  const model = first(document, MODEL, asString);
  const chatId = first(document, CHAT_ID, asString);
  const inputTokens = first(document, INPUT, asNumber);
  const outputTokens = first(document, OUTPUT, asNumber);
  const totalTokens = first(document, TOTAL, asNumber);
  const inputDetails =
    first(document, INPUT_DETAILS, asObject) ?? counts(first(document, ANTHROPIC_USAGE, asObject), CACHE_COUNTS);
  const outputDetails =
    first(document, OUTPUT_DETAILS, asObject) ?? counts(asObject(document.usageMetadata), GEMINI_COUNTS);
  return {
    ...(model ? { model } : {}),
    ...(chatId ? { chatId } : {}),
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(totalTokens === undefined ? {} : { totalTokens }),
    ...(inputDetails ? { inputDetails } : {}),
    ...(outputDetails ? { outputDetails } : {}),
  };
}

/** Later token counts replace earlier ones (streams count cumulatively); model and id of the first document stay. */
export function mergeFacts(before: UsageFacts, next: UsageFacts): UsageFacts {
  return {
    ...before,
    ...next,
    ...(before.model === undefined ? {} : { model: before.model }),
    ...(before.chatId === undefined ? {} : { chatId: before.chatId }),
  };
}

/** The vendor's total, else input and output with Anthropic's cache counts. Undefined while one of them is unknown. */
export function totalOf(facts: UsageFacts): number | undefined {
  if (facts.totalTokens !== undefined) return facts.totalTokens;
  if (facts.inputTokens === undefined || facts.outputTokens === undefined) return undefined;
  const cached = CACHE_COUNTS.reduce((sum, name) => sum + (asNumber(facts.inputDetails?.[name]) ?? 0), 0);
  return facts.inputTokens + facts.outputTokens + cached;
}

function paths(...dotted: string[]): readonly Path[] {
  return dotted.map((path) => path.split('.'));
}

function first<T>(
  document: JsonObject,
  candidates: readonly Path[],
  read: (value: unknown) => T | undefined,
): T | undefined {
  for (const path of candidates) {
    let value: unknown = document;
    for (const step of path) value = asObject(value)?.[step];
    const found = read(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

function counts(source: JsonObject | undefined, names: readonly string[]): JsonObject | undefined {
  const found = names.filter((name) => asNumber(source?.[name]) !== undefined);
  return found.length > 0 ? Object.fromEntries(found.map((name) => [name, source?.[name]])) : undefined;
}
