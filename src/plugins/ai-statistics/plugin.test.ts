import { describe, expect, it } from '@jest/globals';
import { type TestRequest, testPlugin } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import plugin from './plugin.ts';

function statistics(written: object) {
  const config = effectiveConfig(written, undefined);
  if (!config) throw new Error('no configuration');
  let now = 1000;
  return testPlugin(plugin, config, { host: { now: () => (now += 5) } });
}

const question = {
  model: 'asked',
  messages: [
    { role: 'system', content: 's' },
    { role: 'user', content: 'a' },
    { role: 'user', content: 'b' },
  ],
};
const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12, prompt_tokens_details: { cached_tokens: 2 } };
const completion = { id: 'c-1', model: 'real', choices: [{ message: { content: 'hello' } }], usage };

const request = (more: TestRequest = {}): TestRequest => ({
  path: '/v1/chat/completions',
  headers: { 'content-type': 'application/json', 'x-mse-consumer': 'ann' },
  body: JSON.stringify(question),
  routeName: 'ai-route',
  clusterName: 'outbound|443||llm.dns',
  ...more,
});
const whole = (body: object | string = completion): TestRequest =>
  request({
    respond: () => ({
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  });
const stream = (chunks: readonly object[], cut?: number): TestRequest => {
  const text = `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`;
  const parts = cut === undefined ? [text] : [text.slice(0, cut), text.slice(cut)];
  return request({ respond: () => ({ headers: { 'content-type': 'text/event-stream' }, chunks: parts }) });
};
const chunks = [
  { id: 'c-2', model: 'real', choices: [{ delta: { content: 'hel' } }], usage: null },
  { id: 'c-2', model: 'real', choices: [{ delta: { content: 'lo' } }], usage: null },
  { id: 'c-2', model: 'real', choices: [], usage },
];

describe('built-in attributes', () => {
  it('of a whole answer, and the answer untouched', async () => {
    const text = JSON.stringify(completion, null, 2);
    const { effects, response } = await statistics({}).request(whole(text));
    expect(effects.aiLog).toEqual({
      api: '-',
      chat_round: 2,
      chat_id: 'c-1',
      model: 'real',
      input_token: 9,
      output_token: 3,
      total_token: 12,
      input_token_details: { cached_tokens: 2 },
      response_type: 'normal',
      llm_service_duration: 5,
    });
    expect(response.text).toBe(text);
    expect(effects.metadata?.['higress.span']).toMatchObject({
      'gen_ai.span.kind': 'LLM',
      'gen_ai.request.model': 'asked',
      'gen_ai.usage.input_tokens': '9',
    });
  });

  it('of a stream, wherever it is cut', async () => {
    const length = JSON.stringify(chunks).length;
    for (let cut = 1; cut < length; cut += 7) {
      const { effects } = await statistics({}).request(stream(chunks, cut));
      expect(effects.aiLog).toMatchObject({
        chat_id: 'c-2',
        model: 'real',
        input_token: 9,
        output_token: 3,
        total_token: 12,
        response_type: 'stream',
        llm_first_token_duration: 5,
        llm_service_duration: 10,
      });
    }
  });

  it.each([
    [
      { type: 'message', model: 'm', usage: { input_tokens: 5, output_tokens: 2, cache_read_input_tokens: 3 } },
      [5, 2, 10],
    ],
    [{ response: { model: 'm', usage: { input_tokens: 5, output_tokens: 2, total_tokens: 7 } } }, [5, 2, 7]],
    [
      { modelVersion: 'm', usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 9 } },
      [5, 2, 9],
    ],
  ])('of other vendors: %p', async (body, [input, output, total]) => {
    const { effects } = await statistics({}).request(whole(body));
    expect(effects.aiLog).toMatchObject({ model: 'm', input_token: input, output_token: output, total_token: total });
  });

  it('takes the last figures of Anthropic streams', async () => {
    const events = [
      { type: 'message_start', message: { id: 'a', model: 'm', usage: { input_tokens: 5, output_tokens: 1 } } },
      { type: 'message_delta', usage: { output_tokens: 8 } },
    ];
    const { effects } = await statistics({}).request(stream(events));
    expect(effects.aiLog).toMatchObject({ chat_id: 'a', input_token: 5, output_token: 8, total_token: 13 });
  });

  it('falls back to the model that was asked for', async () => {
    const { effects } = await statistics({}).request(whole({ usage }));
    expect(effects.aiLog).toMatchObject({ model: 'asked' });
  });
});

describe('session_id_header', () => {
  const sessionOf = async (config: object, headers: Record<string, string>) => {
    const request = whole({ usage });
    const { effects } = await statistics(config).request({ ...request, headers: { ...request.headers, ...headers } });
    return (effects.aiLog as { session_id?: string } | undefined)?.session_id;
  };

  it('names the session, before the headers of agents', async () => {
    const headers = { 'x-mine': 's-1', 'x-openclaw-session-key': 's-2' };
    expect(await sessionOf({ session_id_header: 'X-Mine' }, headers)).toBe('s-1');
    expect(await sessionOf({ session_id_header: 'X-Other' }, headers)).toBe('s-2');
    expect(await sessionOf({}, { 'x-mine': 's-1' })).toBeUndefined();
  });

  it.each(['x-openclaw-session-key', 'x-clawdbot-session-key', 'x-moltbot-session-key', 'x-agent-session'])(
    'falls back to %s',
    async (name) => {
      expect(await sessionOf({}, { [name]: 's' })).toBe('s');
    },
  );
});

describe('metrics', () => {
  it('of answers carry the names of the GenAI conventions', async () => {
    const harness = statistics({});
    const { effects } = await harness.request(stream(chunks));
    // What Envoy's access logger counts under the names that dashboards know.
    expect(effects.aiLog).toMatchObject({
      model: 'real',
      input_token: 9,
      output_token: 3,
      total_token: 12,
      llm_first_token_duration: 5,
      llm_service_duration: 10,
    });
    const tokens = harness.metrics.filter(({ name }) => name === 'gen_ai_client_token_usage');
    expect(tokens.map(({ labels, value }) => [labels.gen_ai_token_type, value])).toEqual([
      ['input', 9],
      ['output', 3],
    ]);
    expect(harness.metrics.map(({ name }) => name)).toContain('gen_ai_server_time_to_first_token');
  });

  it('are not written without usage, nor when usage is disabled', async () => {
    const without = statistics({});
    await without.request(whole({ output: { task_id: 't' } }));
    const disabled = statistics({
      disable_openai_usage: true,
      attributes: [
        { key: 'task', value_source: 'response_body', value: 'choices.0.message.content', apply_to_log: true },
      ],
    });
    const { effects } = await disabled.request(whole());
    expect([without.metrics, disabled.metrics]).toEqual([[], []]);
    expect(effects.aiLog).toMatchObject({ task: 'hello' });
    for (const key of ['model', 'input_token', 'output_token', 'total_token'])
      expect(effects.aiLog).not.toHaveProperty(key);
  });
});

describe('attributes', () => {
  const one = async (attribute: object, ask: TestRequest = whole(), more: object = {}) =>
    (await statistics({ attributes: [{ key: 'k', apply_to_log: true, ...attribute }], ...more }).request(ask)).effects;

  it.each([
    [{ value_source: 'fixed_value', value: 'f' }, 'f'],
    [{ value_source: 'request_header', value: 'X-Mse-Consumer' }, 'ann'],
    [{ value_source: 'request_body', value: 'messages.@reverse.0.content' }, 'b'],
    [{ value_source: 'request_body', value: 'messages.#(role=="system").content' }, 's'],
    [{ value_source: 'response_header', value: 'content-type' }, 'application/json'],
    [{ value_source: 'response_body', value: 'usage' }, usage],
    [{ value_source: 'response_body', value: 'nothing', default_value: 'd' }, 'd'],
    [{ value_source: 'request_header', value: 'nothing', default_value: 'd' }, 'd'],
  ])('%p', async (attribute, expected) => {
    expect((await one(attribute)).aiLog?.k).toEqual(expected);
  });

  it.each([
    ['first', 'hel'],
    ['replace', 'lo'],
    ['append', 'hello'],
    ['', undefined],
  ])('rule %p of streams', async (rule, expected) => {
    const attribute = { value_source: 'response_streaming_body', value: 'choices.0.delta.content', rule };
    expect((await one(attribute, stream(chunks))).aiLog?.k).toBe(expected);
  });

  it.each(['as_separate_log_field', 'as_seperate_log_field'])('%s keeps the value out of ai_log', async (key) => {
    const effects = await one({ value_source: 'response_body', value: 'usage', [key]: true });
    expect(effects.logFields).toEqual({ k: JSON.stringify(usage) });
    expect(effects.aiLog).not.toHaveProperty('k');
  });

  it('go on spans under trace_span_key', async () => {
    const effects = await one({ value_source: 'fixed_value', value: 'v', apply_to_span: true, trace_span_key: 'name' });
    expect(effects.metadata?.['higress.span']).toMatchObject({ name: 'v' });
  });

  it('are told to the gateway by the names that they have on spans', async () => {
    const attributes = [
      { key: 'a', value_source: 'fixed_value', value: 'v', apply_to_span: true, trace_span_key: 'name' },
      { key: 'b', value_source: 'fixed_value', value: 'v', apply_to_span: true },
      { key: 'c', value_source: 'fixed_value', value: 'v', apply_to_log: true },
    ];
    const told = (config: object) => plugin.spanKeys?.(effectiveConfig({ attributes, ...config }, undefined)!);
    const { effects } = await statistics({ attributes }).request(whole());
    expect(new Set(told({}))).toEqual(new Set(Object.keys(effects.metadata?.['higress.span'] ?? {})));
    expect(told({ disable_openai_usage: true })).toEqual(['gen_ai.span.kind', 'gen_ai.request.model', 'name', 'b']);
  });

  it('override what the plugin would have found', async () => {
    const attributes = [{ key: 'input_token', value_source: 'response_body', value: 'tokens.in' }];
    const { effects } = await statistics({ attributes }).request(whole({ ...completion, tokens: { in: 4 } }));
    expect(effects.aiLog).toMatchObject({ input_token: 4, output_token: 3 });
  });

  it('lose their middle beyond the limit', async () => {
    const effects = await one({ value_source: 'fixed_value', value: 'abcdefghij' }, whole(), { value_length_limit: 4 });
    expect(effects.aiLog?.k).toBe('ab [truncated] ij');
  });

  it('of the default set', async () => {
    const { effects } = await statistics({ use_default_attributes: true }).request(stream(chunks));
    expect(effects.aiLog).toMatchObject({ question: 'b', system: 's', answer: 'hello', cached_tokens: 2 });
  });

  it.each([
    [{ attributes: [{ key: 'k', value_source: 'moon' }] }, 'attributes.0.value_source'],
    [{ attributes: [{ key: 'k' }] }, 'attributes[0].value_source'],
    [{ attributes: [{ key: 'k', value_source: 'response_streaming_body', rule: 'sum' }] }, 'attributes.0.rule'],
  ])('refuses %p', (written, path) => {
    expect(() => effectiveConfig(written, undefined)).toThrow(expect.objectContaining({ path }));
  });
});

describe('scope', () => {
  it('leaves other paths and content types alone', async () => {
    const path = await statistics({ enable_path_suffixes: ['/embeddings'] }).request(whole());
    expect(path.effects.aiLog).toBeUndefined();
    const type = await statistics({ enable_content_types: ['text/event-stream'] }).request(whole());
    expect(type.effects.aiLog).not.toHaveProperty('model');
  });
});
