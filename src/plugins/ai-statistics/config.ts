/** ai-statistics: the keys as people write them, and the form that the plugin works with. */
import { z } from 'zod';
import { PluginConfigError } from '#plugin-sdk/definition.ts';

const SOURCES = [
  'fixed_value',
  'request_header',
  'request_body',
  'response_header',
  'response_body',
  'response_streaming_body',
] as const;

const attribute = z.looseObject({
  key: z.string().min(1).describe('name of the log attribute'),
  value_source: z.enum(SOURCES).optional().describe('where the value comes from; built-in keys need none'),
  value: z.string().default('').describe('fixed value, header name, or GJSON path'),
  default_value: z.string().default('').describe('used when nothing was found'),
  rule: z.enum(['', 'first', 'replace', 'append']).default('').describe('response_streaming_body: which chunks count'),
  apply_to_log: z.boolean().default(false),
  apply_to_span: z.boolean().default(false),
  trace_span_key: z.string().default('').describe('name on the span; default: key'),
  as_separate_log_field: z.boolean().optional().describe('a log field of its own instead of a member of ai_log'),
  as_seperate_log_field: z.boolean().optional().describe('older spelling of as_separate_log_field'),
});

export const schema = z.looseObject({
  attributes: z.array(attribute).default([]),
  disable_openai_usage: z.boolean().default(false).describe('no model and token extraction, no metrics'),
  use_default_attributes: z.boolean().default(false).describe('a fixed set of attributes instead of `attributes`'),
  use_default_response_attributes: z.boolean().default(false).describe('the last four of that set'),
  value_length_limit: z.number().int().min(1).optional().describe('characters; longer values lose their middle'),
  enable_path_suffixes: z.array(z.string()).optional().describe('only these paths; `*` or empty = all'),
  enable_content_types: z
    .array(z.string())
    .default([])
    .describe('only answers whose content type contains one of these'),
  session_id_header: z
    .string()
    .default('')
    .describe('header with the id of the session; headers that agents send are looked at after it'),
});

export interface Attribute {
  readonly key: string;
  readonly source: (typeof SOURCES)[number];
  readonly value: string;
  readonly fallback: string;
  readonly rule: '' | 'first' | 'replace' | 'append';
  readonly toLog: boolean;
  readonly toSpan: boolean;
  readonly spanKey: string;
  readonly separate: boolean;
}

export interface AiStatisticsConfig {
  readonly attributes: readonly Attribute[];
  readonly disableUsage: boolean;
  readonly valueLengthLimit: number;
  /** Empty = all. */
  readonly pathSuffixes: readonly string[];
  /** Empty = all. */
  readonly contentTypes: readonly string[];
  /** Lower case; the first one that a request has counts. */
  readonly sessionHeaders: readonly string[];
}

type WrittenAttribute = z.output<typeof attribute>;

/** Keys that know their own source when none is written. */
const BUILT_IN: Readonly<Record<string, Partial<WrittenAttribute>>> = {
  messages: { value_source: 'request_body', value: 'messages' },
  question: { value_source: 'request_body', value: 'messages.@reverse.0.content' },
  system: { value_source: 'request_body', value: 'messages.#(role=="system").content' },
  answer: { value: 'choices.0.message.content' },
  reasoning: { value: 'choices.0.message.reasoning_content' },
  tool_calls: { value: 'choices.0.message.tool_calls' },
  reasoning_tokens: { value: 'usage.completion_tokens_details.reasoning_tokens' },
  cached_tokens: { value: 'usage.prompt_tokens_details.cached_tokens' },
  input_token_details: { value: 'usage.prompt_tokens_details' },
  output_token_details: { value: 'usage.completion_tokens_details' },
};

const RESPONSE_SET = ['reasoning_tokens', 'cached_tokens', 'input_token_details', 'output_token_details'];
const FULL_SET = ['messages', 'question', 'system', 'answer', 'reasoning', 'tool_calls', ...RESPONSE_SET];

const DEFAULT_LIMIT = 32_000;
const FULL_SET_LIMIT = 10_485_760;
const RESPONSE_SET_LIMIT = 4_000;

/** Headers that agents name their sessions in. */
const AGENT_SESSION_HEADERS = [
  'x-openclaw-session-key',
  'x-clawdbot-session-key',
  'x-moltbot-session-key',
  'x-agent-session',
];

/** A rule's configuration replaces the global one. */
export function effectiveConfig(global: unknown, rule: unknown): AiStatisticsConfig | undefined {
  const source = rule ?? global;
  if (source === undefined) return undefined;
  const parsed = schema.safeParse(source);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new PluginConfigError((issue?.path ?? []).join('.'), issue?.message ?? 'is not valid');
  }
  const written = parsed.data;
  const set = written.use_default_attributes
    ? FULL_SET
    : written.use_default_response_attributes
      ? RESPONSE_SET
      : undefined;
  const attributes = set
    ? set.flatMap((key) => defaults(key))
    : written.attributes.flatMap((entry, index) => attributesOf(entry, `attributes[${index}]`));
  const limit = written.use_default_attributes ? FULL_SET_LIMIT : set ? RESPONSE_SET_LIMIT : DEFAULT_LIMIT;
  const own = written.session_id_header.toLowerCase();
  const suffixes = written.enable_path_suffixes ?? (set ? ['/completions', '/messages'] : []);
  return {
    attributes,
    disableUsage: written.disable_openai_usage,
    valueLengthLimit: written.value_length_limit ?? limit,
    pathSuffixes: suffixes.includes('*') ? [] : suffixes,
    contentTypes: written.enable_content_types.includes('*') ? [] : written.enable_content_types,
    sessionHeaders: [...(own === '' ? [] : [own]), ...AGENT_SESSION_HEADERS],
  };
}

function attributesOf(written: WrittenAttribute, path: string): readonly Attribute[] {
  if (written.value_source) return [attributeOf(written, written.value_source, written.value, written.rule)];
  const known = BUILT_IN[written.key];
  if (!known) {
    throw new PluginConfigError(`${path}.value_source`, 'is required', `write one of: ${SOURCES.join(', ')}`);
  }
  return builtIn(written);
}

function defaults(key: string): readonly Attribute[] {
  return builtIn(attribute.parse({ key, apply_to_log: true }));
}

/** What the answer tells is read from whole answers and from streams; only one of the two comes. */
function builtIn(written: WrittenAttribute): readonly Attribute[] {
  const known = BUILT_IN[written.key];
  const value = written.value || (known?.value ?? '');
  if (known?.value_source) return [attributeOf(written, known.value_source, value, written.rule)];
  const delta = value.replace('.message.', '.delta.');
  const rule = delta === value || written.key === 'tool_calls' ? 'replace' : 'append';
  return [
    attributeOf(written, 'response_body', value, ''),
    attributeOf(written, 'response_streaming_body', delta, written.rule || rule),
  ];
}

function attributeOf(
  written: WrittenAttribute,
  source: Attribute['source'],
  value: string,
  rule: Attribute['rule'],
): Attribute {
  return {
    key: written.key,
    source,
    value,
    fallback: written.default_value,
    rule,
    toLog: written.apply_to_log,
    toSpan: written.apply_to_span,
    spanKey: written.trace_span_key || written.key,
    separate: written.as_separate_log_field ?? written.as_seperate_log_field ?? false,
  };
}
