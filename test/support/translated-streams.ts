/** Streams of the vendors with a language of their own that is sent as server-sent events, and what the client must read of them. */

export const QWEN = { type: 'qwen', qwenEnableCompatible: false };
export const SPARK = { type: 'spark' };
export const DIFY = { type: 'dify' };
export const FLOW = { type: 'dify', botType: 'Workflow', inputVariable: 'in', outputVariable: 'out' };
export const PRO = { type: 'minimax', minimaxApiType: 'pro', minimaxGroupId: 'g/1' };
export const HUNYUAN = { type: 'hunyuan', hunyuanAuthId: 'AKID'.padEnd(36, 'x'), hunyuanAuthKey: 'k'.repeat(32) };

/** As most of them write events. */
export const sseOf = (events: readonly object[]) =>
  events.map((event) => `id:1\r\ndata:${JSON.stringify(event)}\r\n\r\n`).join('');

const tools = [{ type: 'function' as const, function: { name: 'weather', parameters: { type: 'object' } } }];

export const qwenEvent = (message: object, finish_reason = 'null') => ({
  output: { choices: [{ message, finish_reason }] },
  usage: { input_tokens: 5, output_tokens: 3, total_tokens: 8 },
  request_id: 'r1',
});
const call = (text: string) => ({
  content: '',
  tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'weather', arguments: text } }],
});
export const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
export const difyUsage = { metadata: { usage } };

export interface TranslatedStream {
  readonly name: string;
  readonly provider: object;
  /** Members of the request beside model, messages and stream. */
  readonly asked?: object;
  readonly events: readonly object[];
  /** What the client must read of it. */
  readonly text: string;
  readonly reasoning?: string;
  readonly call?: string;
  readonly finish: string;
  readonly usage?: object;
}

export const TRANSLATED_STREAMS: readonly TranslatedStream[] = [
  {
    name: 'qwen',
    provider: QWEN,
    events: [
      qwenEvent({ content: '', reasoning_content: 'hm' }),
      qwenEvent({ content: 'Zür' }),
      qwenEvent({ content: 'ich 🌧' }),
      qwenEvent({ content: '' }, 'stop'),
    ],
    text: 'Zürich 🌧',
    reasoning: 'hm',
    finish: 'stop',
    usage,
  },
  {
    name: 'qwen, reasoning in the content',
    provider: { ...QWEN, reasoningContentMode: 'concat' },
    events: [
      qwenEvent({ content: '', reasoning_content: 'h' }),
      qwenEvent({ content: '', reasoning_content: 'm' }),
      qwenEvent({ content: 'a' }, 'stop'),
    ],
    text: '<think>hm</think>\na',
    finish: 'stop',
    usage,
  },
  {
    name: 'qwen, no reasoning',
    provider: { ...QWEN, reasoningContentMode: 'ignore' },
    events: [qwenEvent({ content: '', reasoning_content: 'hm' }), qwenEvent({ content: 'a' }, 'length')],
    text: 'a',
    finish: 'length',
    usage,
  },
  {
    name: 'qwen with tools: cumulative text and calls',
    provider: QWEN,
    asked: { tools },
    events: [
      qwenEvent({ content: 'I' }),
      qwenEvent({ content: 'I look' }),
      qwenEvent({ ...call(''), content: 'I look' }),
      qwenEvent({ ...call('{"city"'), content: 'I look' }),
      qwenEvent({ ...call('{"city":"Zürich"}'), content: 'I look' }, 'tool_calls'),
    ],
    text: 'I look',
    call: '{"city":"Zürich"}',
    finish: 'tool_calls',
    usage,
  },
  {
    name: 'spark',
    provider: SPARK,
    events: [
      { code: 0, sid: 's1', choices: [{ index: 0, delta: { role: 'assistant', content: 'Zürich ' } }] },
      { code: 0, sid: 's1', choices: [{ index: 0, delta: { content: '🌧' } }], usage },
    ],
    text: 'Zürich 🌧',
    finish: 'stop',
    usage,
  },
  {
    name: 'dify, chat',
    provider: DIFY,
    events: [
      { event: 'workflow_started', conversation_id: 'c1' },
      { event: 'message', answer: 'Zürich ', conversation_id: 'c1' },
      { event: 'ping' },
      { event: 'agent_message', answer: '🌧', conversation_id: 'c1' },
      { event: 'workflow_finished', conversation_id: 'c1', data: {} },
      { event: 'message_end', conversation_id: 'c1', ...difyUsage },
    ],
    text: 'Zürich 🌧',
    finish: 'stop',
    usage,
  },
  {
    name: 'dify, workflow',
    provider: FLOW,
    events: [
      { event: 'text_chunk', data: { text: 'Zürich' } },
      { event: 'workflow_finished', data: { workflow_id: 'w1', outputs: { out: 'Zürich' }, total_tokens: 8 } },
    ],
    text: 'Zürich',
    finish: 'stop',
  },
  {
    name: 'minimax pro',
    provider: PRO,
    events: [
      { request_id: 'r', choices: [{ messages: [{ text: 'Zürich ' }] }] },
      { request_id: 'r', choices: [{ messages: [{ text: '🌧' }] }] },
      { request_id: 'r', choices: [{ finish_reason: 'stop', messages: [{ text: 'Zürich 🌧' }] }], usage },
    ],
    text: 'Zürich 🌧',
    finish: 'stop',
    usage,
  },
  {
    name: 'hunyuan signed',
    provider: HUNYUAN,
    events: [
      { Id: 'h1', Choices: [{ Delta: { Role: 'assistant', Content: 'Zürich ' }, FinishReason: '' }] },
      {
        Id: 'h1',
        Choices: [{ Delta: { Content: '🌧' }, FinishReason: 'stop' }],
        Usage: { PromptTokens: 5, CompletionTokens: 3, TotalTokens: 8 },
      },
    ],
    text: 'Zürich 🌧',
    finish: 'stop',
    usage,
  },
];
