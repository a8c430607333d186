/** Sampling, limits, form of the answer and thinking. */
import { asArray, asNumber, asObject, asString, compact, type JsonObject } from '../../json.ts';
import type { Dialect } from './dialect.ts';
import { toGeminiSchema } from './schema.ts';

/** Models that think unless told otherwise. */
const THINKING_MODELS = /^gemini-2\.5-(?:pro|flash|flash-lite)(?:-preview)?(?:-[\d-]+)?$|^gemini-[3-9]/;

const EFFORT_TOKENS: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 512,
  low: 1024,
  medium: 4096,
  high: 16_384,
  xhigh: 24_576,
};
const DEFAULT_EFFORT_TOKENS = 1024;

export function generationConfig(
  body: JsonObject,
  model: string,
  dialect: Dialect,
  budget: number | undefined,
): JsonObject | undefined {
  const modalities = asArray(body.modalities)?.map((name) => String(name).toUpperCase());
  const config = compact({
    temperature: asNumber(body.temperature),
    topP: asNumber(body.top_p),
    topK: asNumber(body.top_k),
    maxOutputTokens: asNumber(body.max_completion_tokens) ?? asNumber(body.max_tokens),
    candidateCount: asNumber(body.n),
    seed: asNumber(body.seed),
    stopSequences: typeof body.stop === 'string' ? [body.stop] : asArray(body.stop),
    presencePenalty: asNumber(body.presence_penalty),
    frequencyPenalty: asNumber(body.frequency_penalty),
    responseLogprobs: body.logprobs === true ? true : undefined,
    logprobs: body.logprobs === true ? asNumber(body.top_logprobs) : asNumber(body.logprobs),
    responseModalities: modalities,
    ...answerForm(body.response_format, model, dialect),
    thinkingConfig: thinkingConfig(body, model, dialect, budget),
  });
  return Object.keys(config).length > 0 ? config : undefined;
}

function answerForm(format: unknown, model: string, dialect: Dialect): JsonObject {
  const asked = asObject(format);
  if (asked?.type === 'json_object') return { responseMimeType: 'application/json' };
  if (asked?.type !== 'json_schema') return {};
  const schema = asObject(asObject(asked.json_schema)?.schema);
  return {
    responseMimeType: 'application/json',
    ...(schema && !dialect.withoutSchema?.test(model) ? { responseSchema: toGeminiSchema(schema) } : {}),
  };
}

/** What the caller asks for goes before the operator's budget. Thoughts that would stand between the words of the answer only come when asked for. */
function thinkingConfig(
  body: JsonObject,
  model: string,
  dialect: Dialect,
  budget: number | undefined,
): JsonObject | undefined {
  const effort = asString(body.reasoning_effort);
  const asked =
    asNumber(body.reasoning_max_tokens) ??
    (effort === undefined || effort === '' ? undefined : (EFFORT_TOKENS[effort] ?? DEFAULT_EFFORT_TOKENS));
  if (asked !== undefined) return { includeThoughts: asked !== 0, thinkingBudget: asked };
  if (!THINKING_MODELS.test(model) || (budget === undefined && dialect.thoughts === 'tags')) return undefined;
  return { includeThoughts: true, ...(budget === undefined ? {} : { thinkingBudget: budget }) };
}
