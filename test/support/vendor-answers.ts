/** One chat answer as each vendor writes it, whole and as a stream: the same words in every language. */
import type { ServerResponse } from 'node:http';
import { eventFrame } from './bedrock.ts';

export interface VendorAnswer {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: readonly (string | Buffer)[];
}

/** What every answer says. */
export const SAID = 'Zürich 🌧';

export const USAGE = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };

export function give(response: ServerResponse, { status = 200, headers, parts }: VendorAnswer): void {
  response.writeHead(status, headers);
  for (const part of parts) response.write(part);
  response.end();
}

export function whole(value: unknown, status = 200): VendorAnswer {
  return { status, headers: { 'content-type': 'application/json' }, parts: [JSON.stringify(value)] };
}

/** One event a piece; events with a `type` are named by it. */
export function events(...list: readonly (object | string)[]): VendorAnswer {
  const parts = list.map((event) => {
    if (typeof event === 'string') return `data: ${event}\n\n`;
    const name = 'type' in event ? `event: ${event.type}\n` : '';
    return `${name}data: ${JSON.stringify(event)}\n\n`;
  });
  return { headers: { 'content-type': 'text/event-stream' }, parts };
}

export interface LanguageAnswers {
  readonly whole: VendorAnswer;
  readonly stream?: VendorAnswer;
  /** The vendor counts no tokens. */
  readonly uncounted?: true;
}

const [FIRST, SECOND] = ['Zürich ', '🌧'] as const;

const chunk = (choice: object, usage: object | null = null) => ({
  id: 'c-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'vendor-model',
  choices: [{ index: 0, finish_reason: null, logprobs: null, ...choice }],
  usage,
});

const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-x' };
const blockDelta = (text: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });

const candidate = (text: string, more: object = {}) => ({
  candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0, ...more }],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3, totalTokenCount: 8 },
  modelVersion: 'gemini-x',
  responseId: 'resp-1',
});

const qwen = (content: string, finish_reason: string) => ({
  output: { choices: [{ message: { role: 'assistant', content }, finish_reason }] },
  usage: { input_tokens: 5, output_tokens: 3, total_tokens: 8 },
  request_id: 'r-1',
});

const cohere = {
  text: SAID,
  generation_id: 'gen-1',
  finish_reason: 'COMPLETE',
  meta: { tokens: { input_tokens: 5, output_tokens: 3 } },
};

const hunyuan = { PromptTokens: 5, CompletionTokens: 3, TotalTokens: 8 };

const triton = (text_output: string) => ({ model_name: 'ensemble', model_version: '1', text_output });

export const ANSWERS = {
  openai: {
    whole: whole({
      ...chunk({ message: { role: 'assistant', content: SAID }, finish_reason: 'stop' }, USAGE),
      object: 'chat.completion',
    }),
    stream: events(
      chunk({ delta: { role: 'assistant', content: '' } }),
      chunk({ delta: { content: FIRST } }),
      chunk({ delta: { content: SECOND } }),
      chunk({ delta: {}, finish_reason: 'stop' }),
      { ...chunk({}, USAGE), choices: [] },
      '[DONE]',
    ),
  },
  claude: {
    whole: whole({
      ...message,
      content: [{ type: 'text', text: SAID }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 3 },
    }),
    stream: events(
      { type: 'message_start', message: { ...message, content: [], usage: { input_tokens: 5, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'ping' },
      blockDelta(FIRST),
      blockDelta(SECOND),
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } },
      { type: 'message_stop' },
    ),
  },
  gemini: {
    whole: whole(candidate(SAID, { finishReason: 'STOP' })),
    stream: events(candidate(FIRST), candidate(SECOND, { finishReason: 'STOP' })),
  },
  qwen: {
    whole: whole(qwen(SAID, 'stop')),
    stream: events(qwen(FIRST, 'null'), qwen(SECOND, 'null'), qwen('', 'stop')),
  },
  bedrock: {
    whole: whole({
      output: { message: { role: 'assistant', content: [{ text: SAID }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 5, outputTokens: 3, totalTokens: 8 },
    }),
    stream: {
      headers: { 'content-type': 'application/vnd.amazon.eventstream' },
      parts: [
        eventFrame('messageStart', { role: 'assistant' }),
        eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: FIRST } }),
        eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: SECOND } }),
        eventFrame('contentBlockStop', { contentBlockIndex: 0 }),
        eventFrame('messageStop', { stopReason: 'end_turn' }),
        eventFrame('metadata', { usage: { inputTokens: 5, outputTokens: 3, totalTokens: 8 } }),
      ],
    },
  },
  cohere: {
    whole: whole(cohere),
    stream: {
      headers: { 'content-type': 'application/stream+json' },
      parts: [
        { event_type: 'stream-start', generation_id: 'gen-1' },
        { event_type: 'text-generation', text: FIRST },
        { event_type: 'text-generation', text: SECOND },
        { event_type: 'stream-end', finish_reason: 'COMPLETE', response: cohere },
      ].map((event) => `${JSON.stringify(event)}\n`),
    },
  },
  deepl: {
    whole: whole({ translations: [{ detected_source_language: 'EN', text: SAID }] }),
    uncounted: true,
  },
  dify: {
    whole: whole({ conversation_id: 'c-1', answer: SAID, metadata: { usage: USAGE } }),
    stream: events(
      { event: 'message', answer: FIRST, conversation_id: 'c-1' },
      { event: 'message', answer: SECOND, conversation_id: 'c-1' },
      { event: 'message_end', conversation_id: 'c-1', metadata: { usage: USAGE } },
    ),
  },
  spark: {
    whole: whole({ code: 0, sid: 's-1', choices: [{ message: { role: 'assistant', content: SAID } }], usage: USAGE }),
    stream: events(
      { code: 0, sid: 's-1', choices: [{ index: 0, delta: { role: 'assistant', content: FIRST } }] },
      { code: 0, sid: 's-1', choices: [{ index: 0, delta: { content: SECOND } }], usage: USAGE },
      '[DONE]',
    ),
  },
  minimax: {
    whole: whole({
      id: 'x-1',
      choices: [{ finish_reason: 'stop', messages: [{ sender_type: 'BOT', text: SAID }] }],
      usage: USAGE,
      base_resp: { status_code: 0 },
    }),
    stream: events(
      { request_id: 'x-1', choices: [{ messages: [{ text: FIRST }] }] },
      { request_id: 'x-1', choices: [{ messages: [{ text: SECOND }] }] },
      { request_id: 'x-1', choices: [{ finish_reason: 'stop', messages: [{ text: SAID }] }], usage: USAGE },
    ),
  },
  hunyuan: {
    whole: whole({
      Response: {
        Id: 'h-1',
        Choices: [{ FinishReason: 'stop', Message: { Role: 'assistant', Content: SAID } }],
        Usage: hunyuan,
      },
    }),
    stream: events(
      { Id: 'h-1', Choices: [{ Delta: { Role: 'assistant', Content: FIRST }, FinishReason: '' }], Usage: hunyuan },
      { Id: 'h-1', Choices: [{ Delta: { Content: SECOND }, FinishReason: 'stop' }], Usage: hunyuan },
    ),
  },
  triton: { whole: whole(triton(SAID)), stream: events(triton(FIRST), triton(SECOND)), uncounted: true },
} as const satisfies Readonly<Record<string, LanguageAnswers>>;

export type Language = keyof typeof ANSWERS;
