/** Type bedrock through the plugin's hooks, judged by the SDKs of OpenAI, Anthropic and AWS. */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import Anthropic from '@anthropic-ai/sdk';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { azureKeys } from '#ai/providers/azure/keys.ts';
import { bedrockKeys } from '#ai/providers/bedrock/keys.ts';
import { tritonKeys } from '#ai/providers/triton/keys.ts';
import { httpStream, type TestAnswer, type TestResult, testPlugin, type UpstreamRequest } from '#plugin-sdk/testing.ts';
import { ANSWER, AWS_KEYS, eventFrame, exceptionFrame, isSigned, streamBytes } from '#test/bedrock.ts';
import { effectiveConfig } from './config.ts';
import { harnessFetch } from './harness-fetch.ts';
import plugin from './plugin.ts';

const HOST = 'bedrock-runtime.us-east-1.amazonaws.com';
const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const CLAUDE_PATH = '/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0';

const proxy = (provider: object = {}) => {
  const config = effectiveConfig({ provider: { type: 'bedrock', ...AWS_KEYS, ...provider } }, undefined);
  if (!config) throw new Error('no provider is active');
  return testPlugin(plugin, config, { host: { random: () => 0, now: () => 1_700_000_000_000 } });
};
const json = (value: unknown, status = 200): TestAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-requestid': 'req-1' },
  body: JSON.stringify(value),
});
const frames = (...chunks: readonly Uint8Array[]): TestAnswer => ({
  headers: { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': 'req-1' },
  chunks,
});

type Respond = (upstream: UpstreamRequest) => TestAnswer;
const openaiClient = (respond: Respond, provider: object = {}) => {
  const through = harnessFetch(proxy({ modelMapping: { 'gpt-4': CLAUDE }, ...provider }), respond);
  const openai = new OpenAI({ apiKey: 'client', baseURL: 'http://gw/v1', fetch: through.fetch, maxRetries: 0 });
  return { openai, ...through };
};
/** AWS's client, signing for an account of its own. */
const awsClient = (respond: Respond, provider: object = {}) => {
  const harness = proxy(provider);
  const results: TestResult[] = [];
  const aws = new BedrockRuntimeClient({
    region: 'eu-west-1',
    endpoint: 'http://gw',
    maxAttempts: 1,
    credentials: { accessKeyId: 'OTHER', secretAccessKey: 'other', sessionToken: 'other' },
    requestHandler: {
      async handle({
        method,
        path,
        headers,
        body,
      }: {
        method: string;
        path: string;
        headers: Record<string, string>;
        body?: string | Uint8Array;
      }) {
        const result = await harness.request({ method, path, headers, ...(body ? { body } : {}), respond });
        results.push(result);
        const { response } = result;
        const kept = [...response.headers.entries()].filter(([name]) => !name.startsWith(':'));
        const answer = {
          statusCode: response.status,
          headers: Object.fromEntries(kept),
          body: Readable.from([response.body]),
        };
        return { response: answer };
      },
    } as never,
  });
  return { aws, results };
};
const signed = (upstream: UpstreamRequest | undefined) =>
  upstream === undefined
    ? false
    : isSigned({
        method: upstream.method,
        host: upstream.authority,
        path: upstream.path,
        date: upstream.headers.get('x-amz-date'),
        authorization: upstream.headers.get('authorization'),
        body: upstream.body,
      });

const ask = { model: 'gpt-4', messages: [{ role: 'user' as const, content: 'q' }] };

describe('type bedrock, by the client of OpenAI', () => {
  it('gets a whole answer for a signed request (#2402, #2480)', async () => {
    const { openai, results } = openaiClient(() => json(ANSWER));
    const answer = await openai.chat.completions.create(ask);
    expect(answer).toEqual({
      id: 'req-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: CLAUDE,
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          logprobs: null,
          message: {
            role: 'assistant',
            content: 'Let me look.',
            reasoning_content: 'Hm.',
            tool_calls: [
              { index: 0, id: 'tu_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } },
            ],
          },
        },
      ],
      usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    });
    const upstream = results[0]?.upstream;
    expect([upstream?.method, upstream?.authority, upstream?.path]).toEqual(['POST', HOST, `${CLAUDE_PATH}/converse`]);
    expect(upstream?.json()).toEqual({
      messages: [{ role: 'user', content: [{ text: 'q' }] }],
      performanceConfig: { latency: 'standard' },
    });
    expect(await signed(upstream)).toBe(true);
  });

  it.each([
    [
      'arn:aws:bedrock:us-east-1:1:inference-profile/x:0',
      'arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx%3A0',
    ],
    ['anthropic.claude-x%3A0', 'anthropic.claude-x%3A0'],
    ['a b!', 'a%20b%21'],
  ])('reaches the model %s (#2402)', async (model, segment) => {
    const { openai, results } = openaiClient(() => json(ANSWER), { modelMapping: { '*': model } });
    const answer = await openai.chat.completions.create(ask);
    expect([results[0]?.upstream?.path, answer.model]).toEqual([
      `/model/${segment}/converse`,
      decodeURIComponent(model),
    ]);
    expect(await signed(results[0]?.upstream)).toBe(true);
  });

  it('sends a conversation with tools, pictures and settings (#2516)', async () => {
    const { openai, results } = openaiClient(() => json(ANSWER), { bedrockAdditionalFields: { top_k: 200 } });
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    const call = (id: string) => ({ id, type: 'function' as const, function: { name: 'f', arguments: '{"a":1}' } });
    await openai.chat.completions.create({
      model: 'gpt-4',
      messages: [
        { role: 'system', content: 'one' },
        { role: 'developer', content: [{ type: 'text', text: 'two' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AAEC' } },
            { type: 'file', file: { filename: 'my_file.pdf', file_data: 'data:application/pdf;base64,AA==' } },
          ],
        },
        { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
        { role: 'tool', tool_call_id: 'a', content: 'sun' },
        { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: 'rain' }] },
        { role: 'user', content: 'and now' },
      ],
      max_completion_tokens: 100,
      max_tokens: 5,
      temperature: 0,
      top_p: 0.5,
      stop: 'END',
      reasoning_effort: 'medium',
      tools: [{ type: 'function', function: { name: 'f', description: 'd', parameters } }],
      tool_choice: { type: 'function', function: { name: 'f' } },
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } },
    });
    expect(results[0]?.upstream?.json()).toEqual({
      system: [{ text: 'one' }, { text: 'two' }],
      messages: [
        {
          role: 'user',
          content: [
            { text: 'look' },
            { image: { format: 'jpeg', source: { bytes: 'AAEC' } } },
            { document: { format: 'pdf', name: 'my file', source: { bytes: 'AA==' } } },
          ],
        },
        {
          role: 'assistant',
          content: ['a', 'b'].map((toolUseId) => ({ toolUse: { toolUseId, name: 'f', input: { a: 1 } } })),
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 'a', content: [{ text: 'sun' }] } },
            { toolResult: { toolUseId: 'b', content: [{ text: 'rain' }] } },
          ],
        },
        { role: 'user', content: [{ text: 'and now' }] },
      ],
      inferenceConfig: { maxTokens: 100, temperature: 0, topP: 0.5, stopSequences: ['END'] },
      toolConfig: {
        tools: [{ toolSpec: { name: 'f', description: 'd', inputSchema: { json: parameters } } }],
        toolChoice: { tool: { name: 'f' } },
      },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 4096 }, top_k: 200 },
      performanceConfig: { latency: 'standard' },
      outputConfig: {
        textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{"type":"object"}', name: 'n' } } },
      },
    });
  });

  it.each([
    ['auto', { auto: {} }],
    ['required', { any: {} }],
    ['none', undefined],
  ] as const)('says tool_choice %s', async (tool_choice, expected) => {
    const { openai, results } = openaiClient(() => json(ANSWER));
    const tools = [{ type: 'function' as const, function: { name: 'f' } }];
    await openai.chat.completions.create({ ...ask, tools, tool_choice });
    const sent = results[0]?.upstream?.json() as { toolConfig?: { toolChoice: unknown } };
    expect(sent.toolConfig?.toolChoice).toEqual(expected);
  });

  it('marks what is to be cached', async () => {
    const messages = [
      { role: 'system' as const, content: 's' },
      { role: 'user' as const, content: 'u' },
      { role: 'assistant' as const, content: 'a' },
    ];
    const sent = async (provider: object, body: object = {}) => {
      const { openai, results } = openaiClient(() => json(ANSWER), provider);
      await openai.chat.completions.create({ model: 'gpt-4', messages, ...body });
      const { system, messages: turns } = results[0]!.upstream!.json() as {
        system: unknown[];
        messages: { content: unknown[] }[];
      };
      return [system, ...turns.map(({ content }) => content)].map((blocks) => blocks.slice(1));
    };
    const point = { cachePoint: { type: 'default' } };
    const long = { cachePoint: { type: 'default', ttl: '1h' } };
    expect(await sent({})).toEqual([[], [], []]);
    expect(await sent({ promptCacheRetention: 'in_memory' })).toEqual([[point], [], []]);
    expect(await sent({ promptCacheRetention: 'in_memory' }, { prompt_cache_retention: '24h' })).toEqual([
      [long],
      [],
      [],
    ]);
    const all = { systemPrompt: false, lastUserMessage: true, lastMessage: true };
    const positions = { promptCacheRetention: '24h', bedrockPromptCachePointPositions: all };
    expect(await sent(positions)).toEqual([[], [long], [long]]);
    expect(await sent({ ...positions, modelMapping: { '*': 'meta.llama3' } })).toEqual([[], [], []]);
  });

  it('gets a stream with nulls and one [DONE] (#2391)', async () => {
    const bytes = streamBytes();
    const body = { ...ask, stream: true, stream_options: { include_usage: true } };
    const request = { path: '/v1/chat/completions', headers: { 'content-type': 'application/json' } };
    const harness = proxy({ modelMapping: { '*': CLAUDE } });
    const run = async (...chunks: readonly Uint8Array[]) => {
      const respond = () => frames(...chunks);
      const { response, upstream } = await harness.request({ ...request, body: JSON.stringify(body), respond });
      expect(upstream?.path).toBe(`${CLAUDE_PATH}/converse-stream`);
      expect(upstream?.json()).not.toHaveProperty('stream');
      return response;
    };
    const whole = await run(bytes);
    expect(whole.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = whole.events().map(({ data }) => data ?? '');
    expect(events.filter((data) => data === '[DONE]')).toHaveLength(1);
    expect(events.at(-1)).toBe('[DONE]');
    const chunks = events.slice(0, -1).map((data) => JSON.parse(data));
    const frame = { id: 'req-1', created: 1_700_000_000, model: CLAUDE, object: 'chat.completion.chunk', usage: null };
    const choice = (delta: object, finish_reason: string | null = null) => ({
      ...frame,
      choices: [{ index: 0, delta, finish_reason, logprobs: null }],
    });
    const tool = (index: number, id: string, name: string) =>
      choice({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] });
    const piece = (index: number, text: string) => choice({ tool_calls: [{ index, function: { arguments: text } }] });
    const usage = {
      prompt_tokens: 11,
      completion_tokens: 7,
      total_tokens: 18,
      prompt_tokens_details: { cached_tokens: 5 },
    };
    expect(chunks).toEqual([
      choice({ role: 'assistant', content: '' }),
      choice({ reasoning_content: 'Hm, Zürich 🌧' }),
      choice({ content: 'Let me ' }),
      choice({ content: '"look": Zürich 🌧\n' }),
      tool(0, 'tu_1', 'weather'),
      piece(0, '{"city":'),
      piece(0, '"Zürich"}'),
      tool(1, 'tu_2', 'time'),
      piece(1, '{}'),
      choice({}, 'tool_calls'),
      { ...frame, choices: [], usage },
    ]);
  });

  it('reads streams and their tools', async () => {
    const { openai } = openaiClient(() => frames(streamBytes()));
    const final = await openai.chat.completions.stream(ask).finalChatCompletion();
    expect(
      final.choices[0]?.message.tool_calls?.map((call) => call.type === 'function' && call.function.arguments),
    ).toEqual(['{"city":"Zürich"}', '{}']);
    expect(final.usage?.total_tokens).toBe(18);
  });

  it.each([
    ['an exception', exceptionFrame('throttlingException', 'slow down'), 'slow down'],
    ['broken bytes', Buffer.from('no frame at all'), 'event stream is broken'],
    ['nothing more', Buffer.alloc(0), 'before its last event'],
  ])('is told when a stream ends with %s', async (_title, last, message) => {
    const start = eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hi' } });
    const { openai, results } = openaiClient(() => frames(start, last));
    const texts: string[] = [];
    const failed = await (async () => {
      for await (const chunk of await openai.chat.completions.create({ ...ask, stream: true })) {
        texts.push(chunk.choices[0]?.delta.content ?? '');
      }
    })().catch((error: unknown) => error);
    expect(texts).toEqual(['Hi']);
    expect(failed).toMatchObject({ message: expect.stringContaining(message) });
    expect(results[0]?.response.text.match(/\[DONE\]/g)).toHaveLength(1);
  });

  it('gets the vendor’s status and message, without the key', async () => {
    const message = `The key ${AWS_KEYS.awsAccessKey} is not allowed`;
    const { openai, results } = openaiClient(() => json({ message, __type: 'com.amazon#AccessDeniedException' }, 403));
    await expect(openai.chat.completions.create(ask)).rejects.toMatchObject({
      status: 403,
      error: { message: 'The key [redacted] is not allowed', type: 'permission_error', code: 'AccessDeniedException' },
    });
    expect(results[0]?.response.text).not.toContain(AWS_KEYS.awsAccessKey);
  });

  it('gets pictures', async () => {
    const { openai, results } = openaiClient(() => json({ images: ['AA==', 'AQ=='], error: null }));
    const made = await openai.images.generate({
      model: 'amazon.nova-canvas-v1:0',
      prompt: 'cat',
      n: 2,
      size: '1280x720' as never,
      quality: 'hd',
    });
    expect(made).toMatchObject({ created: 1_700_000_000, data: [{ b64_json: 'AA==' }, { b64_json: 'AQ==' }] });
    expect(results[0]?.upstream?.path).toBe('/model/amazon.nova-canvas-v1%3A0/invoke');
    expect(results[0]?.upstream?.json()).toEqual({
      taskType: 'TEXT_IMAGE',
      textToImageParams: { text: 'cat' },
      imageGenerationConfig: { numberOfImages: 2, width: 1280, height: 720, quality: 'premium' },
    });
    expect(await signed(results[0]?.upstream)).toBe(true);
  });

  it('sends an API key in place of a signature', async () => {
    const { openai, results } = openaiClient(() => json(ANSWER), { apiTokens: ['sk-vendor'] });
    await openai.chat.completions.create(ask);
    const headers = results[0]?.upstream?.headers;
    expect([headers?.get('authorization'), headers?.has('x-amz-date')]).toEqual(['Bearer sk-vendor', false]);
  });

  it.each([
    [
      'a picture of the web',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'http://a/b' } }] }] },
      400,
    ],
    ['no model', { model: '' }, 500],
    ['no messages', { messages: undefined }, 500],
  ])('is told of %s', async (_title, body, status) => {
    const { openai } = openaiClient(() => json(ANSWER), { modelMapping: {} });
    await expect(openai.chat.completions.create({ ...ask, ...body } as never)).rejects.toMatchObject({ status });
  });
});

describe('type bedrock, by the client of Anthropic', () => {
  it('gets an answer and a stream', async () => {
    const through = harnessFetch(proxy(), ({ path }) =>
      path.endsWith('/converse') ? json(ANSWER) : frames(streamBytes()),
    );
    const anthropic = new Anthropic({ apiKey: 'client', baseURL: 'http://gw', fetch: through.fetch, maxRetries: 0 });
    const question = { model: CLAUDE, max_tokens: 10, messages: [{ role: 'user' as const, content: 'q' }] };
    const answer = await anthropic.messages.create(question);
    expect(answer).toMatchObject({
      stop_reason: 'tool_use',
      content: [{ type: 'thinking' }, {}, { type: 'tool_use' }],
    });
    const final = await anthropic.messages.stream(question).finalMessage();
    expect(final.content.at(-2)).toMatchObject({ type: 'tool_use', input: { city: 'Zürich' } });
    expect(through.results[0]?.upstream?.json()).toMatchObject({ inferenceConfig: { maxTokens: 10 } });
  });
});

describe('type bedrock, by the client of AWS', () => {
  const input = { modelId: CLAUDE, messages: [{ role: 'user' as const, content: [{ text: 'q' }] }] };

  it.each(['original', 'openai'])('passes its own calls, signed anew, protocol %s', async (protocol) => {
    const { aws, results } = awsClient(
      ({ path }) => (path.endsWith('/converse-stream') ? frames(streamBytes()) : json(ANSWER)),
      { protocol },
    );
    const answer = await aws.send(new ConverseCommand(input));
    expect([answer.stopReason, answer.usage?.totalTokens]).toEqual(['tool_use', 18]);
    expect(answer.output?.message?.content?.[2]?.toolUse?.input).toEqual({ city: 'Paris' });
    const texts: string[] = [];
    for await (const event of (await aws.send(new ConverseStreamCommand(input))).stream ?? []) {
      const text = event.contentBlockDelta?.delta?.text;
      if (text !== undefined) texts.push(text);
    }
    expect(texts).toEqual(['Let me ', '"look": Zürich 🌧\n']);
    await aws.send(new InvokeModelCommand({ modelId: CLAUDE, body: '{}', contentType: 'application/json' }));
    expect(results.map(({ upstream }) => upstream?.path)).toEqual(
      ['converse', 'converse-stream', 'invoke'].map((action) => `${CLAUDE_PATH}/${action}`),
    );
    for (const { upstream } of results) {
      expect([upstream?.authority, upstream?.headers.has('x-amz-security-token')]).toEqual([HOST, false]);
      expect(await signed(upstream)).toBe(true);
    }
    expect(results[0]?.upstream?.json()).toEqual({ messages: input.messages });
  });

  it('sees the vendor’s errors as they are', async () => {
    const respond = () => ({
      status: 429,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'ThrottlingException' },
      body: '{"message":"slow down"}',
    });
    const { aws } = awsClient(respond, { protocol: 'original' });
    await expect(aws.send(new ConverseCommand(input))).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: 'slow down',
    });
  });

  it('signs requests without a body', async () => {
    const { upstream } = await proxy({ protocol: 'original' }).request({ path: '/async-invoke?maxResults=5&a=b%20c' });
    expect(upstream?.path).toBe('/async-invoke?maxResults=5&a=b%20c');
    expect(await signed(upstream)).toBe(true);
  });
});

describe('type bedrock', () => {
  it('tries again with another key, and streams what comes', async () => {
    const settings = { type: 'bedrock', ...AWS_KEYS, apiTokens: ['t1', 't2'], retryOnFailure: { enabled: true } };
    const config = effectiveConfig({ provider: settings }, undefined);
    if (!config) throw new Error('no provider is active');
    const bytes = streamBytes();
    const { headers = {} } = frames();
    const harness = testPlugin(plugin, config, {
      host: {
        random: () => 0,
        stream: () => httpStream([bytes.subarray(0, 77), bytes.subarray(77)], 200, headers as Record<string, string>),
      },
    });
    const { response } = await harness.request({
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...ask, stream: true }),
      respond: () => json({ message: 'slow down' }, 429),
    });
    expect(harness.calls[0]?.path).toBe('/model/gpt-4/converse-stream');
    expect(response.status).toBe(200);
    expect(response.events().at(-1)?.data).toBe('[DONE]');
    expect(response.text).toContain('"content":"Let me "');
  });

  it('keeps concurrent requests apart', async () => {
    const { openai } = openaiClient(() => json(ANSWER), { modelMapping: {} });
    const models = ['a', 'b:0', 'c/d'];
    const answers = await Promise.all(models.map((model) => openai.chat.completions.create({ ...ask, model })));
    expect(answers.map(({ model }) => model)).toEqual(models);
  });

  it('signs what context and custom settings made of the body', async () => {
    const customSettings = [{ name: 'temperature', value: 0.25 }];
    const { openai, results } = openaiClient(() => json(ANSWER), { customSettings, bedrockAdditionalFields: {} });
    await openai.chat.completions.create(ask);
    expect(results[0]?.upstream?.json()).toMatchObject({ inferenceConfig: { temperature: 0.25 } });
    expect(await signed(results[0]?.upstream)).toBe(true);
  });

  it('goes where the operator says, and refuses what the vendor does not have', async () => {
    const harness = proxy({ providerDomain: 'vpce.test', modelMapping: {} });
    const headers = { 'content-type': 'application/json' };
    const { upstream } = await harness.request({ path: '/v1/chat/completions', headers, body: JSON.stringify(ask) });
    expect([upstream?.authority, await signed(upstream)]).toEqual(['vpce.test', true]);
    const { reply } = await harness.request({ path: '/v1/embeddings', headers, body: '{"model":"m","input":"a"}' });
    expect([reply?.status, reply?.details]).toEqual([500, 'ai-proxy.proc_req_body_failed']);
  });

  it.each([
    [{ awsRegion: '' }, 'provider.awsRegion', /must be set/],
    [{ awsRegion: 'evil.test/' }, 'provider.awsRegion', /no region/],
    [{ awsAccessKey: '' }, 'provider.awsAccessKey', /without apiTokens/],
    [{ awsSecretKey: '' }, 'provider.awsSecretKey', /together/],
  ])('needs its keys: %j', (provider, path, message) => {
    let caught: unknown;
    try {
      proxy(provider);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ path, message: expect.stringMatching(message) });
  });

  it('has all its keys in the documentation, those of azure, cohere and triton too', () => {
    const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
    const [, section = ''] = /## Types bedrock, azure.*?\n(.*?)\n## /s.exec(readme) ?? [];
    const named = [...section.matchAll(/^\| (`.+?) \|/gm)].flatMap((row) =>
      [...(row[1] ?? '').matchAll(/`(\w+)`/g)].map((found) => found[1] ?? ''),
    );
    const own = [bedrockKeys, azureKeys, tritonKeys].flatMap((keys) => Object.keys(keys));
    expect(new Set(named)).toEqual(new Set([...own, 'apiTokens']));
  });
});
