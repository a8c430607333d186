/** Type cohere through the plugin's hooks, judged by the SDKs of OpenAI and Cohere. */
import { describe, expect, it } from '@jest/globals';
import { CohereClient } from 'cohere-ai';
import OpenAI from 'openai';
import { type TestAnswer, testPlugin, type UpstreamRequest } from '#plugin-sdk/testing.ts';
import { ANSWER, CALLS, FORMS, lines, META, STREAM, sse, TOOL_STREAM } from '#test/cohere.ts';
import { effectiveConfig } from './config.ts';
import { harnessFetch } from './harness-fetch.ts';
import plugin from './plugin.ts';

const proxy = (provider: object = {}) => {
  const config = effectiveConfig({ provider: { type: 'cohere', apiTokens: ['sk-vendor'], ...provider } }, undefined);
  if (!config) throw new Error('no provider is active');
  return testPlugin(plugin, config, { host: { random: () => 0, now: () => 1_700_000_000_000 } });
};
const json = (value: unknown, status = 200): TestAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

type Respond = (upstream: UpstreamRequest) => TestAnswer;
const openaiClient = (respond: Respond, provider: object = {}) => {
  const through = harnessFetch(proxy({ modelMapping: { 'gpt-4': 'command-r' }, ...provider }), respond);
  const openai = new OpenAI({ apiKey: 'client', baseURL: 'http://gw/v1', fetch: through.fetch, maxRetries: 0 });
  return { openai, ...through };
};
const cohereClient = (respond: Respond, provider: object = {}) => {
  const through = harnessFetch(proxy(provider), respond);
  const cohere = new CohereClient({ token: 'client', environment: 'http://gw', fetch: through.fetch });
  return { cohere, ...through };
};

const ask = { model: 'gpt-4', messages: [{ role: 'user' as const, content: 'q' }] };

describe('type cohere, by the client of OpenAI', () => {
  it('gets a whole answer', async () => {
    const { openai, results } = openaiClient(() => json(ANSWER));
    expect(await openai.chat.completions.create(ask)).toEqual({
      id: 'gen-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'command-r',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Zürich 🌧' }, finish_reason: 'stop', logprobs: null },
      ],
      usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
    });
    const upstream = results[0]?.upstream;
    expect([upstream?.authority, upstream?.path, upstream?.headers.get('authorization'), upstream?.json()]).toEqual([
      'api.cohere.com',
      '/v1/chat',
      'Bearer sk-vendor',
      { message: 'q', model: 'command-r' },
    ]);
  });

  it('sends a conversation with all its members', async () => {
    const { openai, results } = openaiClient(() => json(ANSWER));
    await openai.chat.completions.create({
      model: 'gpt-4',
      messages: [
        { role: 'system', content: 'one' },
        { role: 'developer', content: 'two' },
        { role: 'user', content: 'first' },
        { role: 'assistant', content: 'said' },
        { role: 'system', content: 'later' },
        { role: 'user', content: [{ type: 'text', text: 'last' }] },
      ],
      max_tokens: 9,
      temperature: 0.5,
      n: 1,
      top_p: 0.25,
      seed: 3,
      stop: ['END'],
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } },
      documents: [{ text: 'd' }],
    } as never);
    expect(results[0]?.upstream?.json()).toEqual({
      message: 'last',
      model: 'command-r',
      preamble: 'one\n\ntwo',
      chat_history: [
        { role: 'USER', message: 'first' },
        { role: 'CHATBOT', message: 'said' },
        { role: 'SYSTEM', message: 'later' },
      ],
      max_tokens: 9,
      temperature: 0.5,
      k: 1,
      p: 0.25,
      seed: 3,
      stop_sequences: ['END'],
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      response_format: { type: 'json_object', schema: { type: 'object' } },
      documents: [{ text: 'd' }],
    });
  });

  it('calls tools and sends their results', async () => {
    const { openai, results } = openaiClient(() => json({ ...ANSWER, text: '', tool_calls: CALLS }));
    const parameters = {
      type: 'object',
      properties: { city: { type: 'string', description: 'where' }, days: { type: 'integer' } },
      required: ['city'],
    };
    const tools = [{ type: 'function' as const, function: { name: 'weather', description: 'd', parameters } }];
    const answer = await openai.chat.completions.create({ ...ask, tools });
    const message = answer.choices[0]?.message;
    expect([message?.content, answer.choices[0]?.finish_reason]).toEqual([null, 'tool_calls']);
    const call = message?.tool_calls?.[0];
    expect(call).toMatchObject({ function: { name: 'weather', arguments: '{"city":"Zürich"}' } });
    expect(call?.id).toMatch(/^call_/);
    await openai.chat.completions.create({
      ...ask,
      tools,
      messages: [...ask.messages, message!, { role: 'tool', tool_call_id: call!.id, content: '{"sky":"rain"}' }],
    });
    expect(results[1]?.upstream?.json()).toEqual({
      message: '',
      model: 'command-r',
      chat_history: [
        { role: 'USER', message: 'q' },
        { role: 'CHATBOT', message: '', tool_calls: CALLS },
      ],
      tools: [
        {
          name: 'weather',
          description: 'd',
          parameter_definitions: {
            city: { type: 'str', description: 'where', required: true },
            days: { type: 'int', required: false },
          },
        },
      ],
      tool_results: [{ call: CALLS[0], outputs: [{ sky: 'rain' }] }],
    });
  });

  it.each(FORMS)('gets a stream of %s', async (type, write) => {
    const harness = proxy();
    const request = {
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...ask, stream: true }),
    };
    const run = async (...chunks: readonly Uint8Array[]) =>
      (await harness.request({ ...request, respond: () => ({ headers: { 'content-type': type }, chunks }) })).response;
    const bytes = Buffer.from(write(STREAM));
    const whole = await run(bytes);
    const events = whole.events().map(({ data }) => data ?? '');
    const frame = { id: 'gen-1', created: 1_700_000_000, model: 'gpt-4', object: 'chat.completion.chunk', usage: null };
    const choice = (delta: object, finish_reason: string | null = null) => ({
      ...frame,
      choices: [{ index: 0, delta, finish_reason, logprobs: null }],
    });
    expect(events.slice(0, -1).map((data) => JSON.parse(data))).toEqual([
      choice({ role: 'assistant', content: '' }),
      choice({ content: 'Zür' }),
      choice({ content: 'ich 🌧' }),
      choice({}, 'length'),
      { ...frame, choices: [], usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 } },
    ]);
    expect(events.at(-1)).toBe('[DONE]');
    expect(whole.headers.get('content-type')).toMatch(/^text\/event-stream/);
  });

  it.each(FORMS)('calls tools in a stream of %s', async (type, write) => {
    const { openai, results } = openaiClient(() => ({ headers: { 'content-type': type }, body: write(TOOL_STREAM) }));
    const final = await openai.chat.completions.stream(ask).finalChatCompletion();
    expect(final.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: 'I look.', tool_calls: [{ function: { name: 'weather', arguments: '{"city":"Zürich"}' } }] },
    });
    expect(results[0]?.upstream?.json()).toMatchObject({ stream: true });
    expect(results[0]?.response.text.match(/\[DONE\]/g)).toHaveLength(1);
  });

  it.each([
    ['breaks off', STREAM.slice(0, 3), 'before its last event'],
    ['fails', [...STREAM.slice(0, 2), { event_type: 'stream-end', finish_reason: 'ERROR' }], 'with ERROR'],
  ])('is told when a stream %s', async (_title, events, reason) => {
    const { openai, results } = openaiClient(() => ({
      headers: { 'content-type': 'text/event-stream' },
      body: sse(events),
    }));
    const read = async () => {
      for await (const chunk of await openai.chat.completions.create({ ...ask, stream: true }))
        expect(chunk.id).toBe('gen-1');
    };
    await expect(read()).rejects.toThrow(reason);
    expect(results[0]?.response.text.match(/\[DONE\]/g)).toHaveLength(1);
  });

  it('gets the vendor’s status and message', async () => {
    const { openai } = openaiClient(() => json({ message: 'invalid api token' }, 401));
    await expect(openai.chat.completions.create(ask)).rejects.toMatchObject({
      status: 401,
      error: { message: 'invalid api token' },
    });
  });
});

describe('type cohere, by the client of Cohere', () => {
  it('reranks with the model mapped', async () => {
    const found = { id: 'r', results: [{ index: 1, relevance_score: 0.5 }], meta: META };
    const { cohere, results } = cohereClient(() => json(found), { modelMapping: { '*': 'rerank-v3' } });
    const answer = await cohere.rerank({ model: 'alias', query: 'q', documents: ['a', 'b'] });
    expect(answer.results[0]).toMatchObject({ index: 1, relevanceScore: 0.5 });
    const upstream = results[0]?.upstream;
    expect([upstream?.path, upstream?.headers.get('authorization'), upstream?.json()]).toEqual([
      '/v1/rerank',
      'Bearer sk-vendor',
      { model: 'rerank-v3', query: 'q', documents: ['a', 'b'] },
    ]);
  });

  it.each(['original', 'openai'])('passes its own chat through, protocol %s', async (protocol) => {
    const { cohere, results } = cohereClient(
      (upstream) =>
        (upstream.json() as { stream: boolean }).stream
          ? { headers: { 'content-type': 'application/stream+json' }, body: lines(STREAM) }
          : json(ANSWER),
      { protocol, modelMapping: { '*': 'other' } },
    );
    const answer = await cohere.chat({ model: 'command-r', message: 'q' });
    expect([answer.text, answer.meta?.tokens?.inputTokens]).toEqual(['Zürich 🌧', 5]);
    const texts: string[] = [];
    for await (const event of await cohere.chatStream({ model: 'command-r', message: 'q' })) {
      if (event.eventType === 'text-generation') texts.push(event.text);
    }
    expect(texts).toEqual(['Zür', 'ich 🌧']);
    expect(results.map(({ upstream }) => [upstream?.path, upstream?.json()])).toEqual([
      ['/v1/chat', { model: 'command-r', message: 'q', stream: false }],
      ['/v1/chat', { model: 'command-r', message: 'q', stream: true }],
    ]);
    expect(results[0]?.upstream?.headers.get('authorization')).toBe('Bearer sk-vendor');
  });
});

describe('type cohere', () => {
  it('needs tokens', () => {
    expect(() => proxy({ apiTokens: [] })).toThrow(/must be set for type "cohere"/);
  });
});
