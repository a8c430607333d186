/** Type gemini through the plugin's hooks, judged by the SDKs of OpenAI, Anthropic and Google. */
import { readFileSync } from 'node:fs';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI, type Part, Type } from '@google/genai';
import { describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { geminiKeys } from '#ai/providers/gemini/keys.ts';
import { vertexKeys } from '#ai/providers/vertex/keys.ts';
import type { WebGet } from '#plugin-sdk/host.ts';
import { type FakeHost, httpAnswer, type TestAnswer, testPlugin, type UpstreamRequest } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import { harnessFetch } from './harness-fetch.ts';
import plugin from './plugin.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../ai/providers/gemini/fixtures/${name}`, import.meta.url), 'utf8');

const proxy = (provider: object = {}, host: FakeHost = {}) => {
  const config = effectiveConfig({ provider: { type: 'gemini', apiTokens: ['sk-vendor'], ...provider } }, undefined);
  if (!config) throw new Error('no provider is active');
  return testPlugin(plugin, config, { host: { random: () => 0, now: () => 1_700_000_000_000, ...host } });
};

const sse = (name: string): TestAnswer => ({
  headers: { 'content-type': 'text/event-stream' },
  body: fixture(name)
    .trim()
    .split('\n')
    .map((line) => `data: ${line}\r\n\r\n`)
    .join(''),
});
const json = (value: unknown, status = 200): TestAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: typeof value === 'string' ? value : JSON.stringify(value),
});

type Respond = (upstream: UpstreamRequest) => TestAnswer;
const openaiClient = (respond: Respond, provider: object = {}, host: FakeHost = {}) => {
  const through = harnessFetch(proxy({ modelMapping: { 'gpt-*': 'gemini-2.5-flash' }, ...provider }, host), respond);
  const openai = new OpenAI({ apiKey: 'client', baseURL: 'http://gw/v1', fetch: through.fetch, maxRetries: 0 });
  return { openai, ...through };
};
const googleClient = (respond: Respond, provider: object = {}) => {
  const through = harnessFetch(proxy(provider), respond);
  const google = new GoogleGenAI({ apiKey: 'client', httpOptions: { baseUrl: 'http://gw', fetch: through.fetch } });
  return { google, ...through };
};

const ask = { model: 'gpt-4', messages: [{ role: 'user' as const, content: 'q' }] };

describe('type gemini, by the client of OpenAI', () => {
  it('gets a whole answer', async () => {
    const { openai, results } = openaiClient(() => json(fixture('text-and-tools.answer.json')));
    const answer = await openai.chat.completions.create(ask);
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: 'Let me look.',
        reasoning_content: 'The user wants the weather.',
        tool_calls: [{ function: { name: 'weather', arguments: '{"city":"Paris"}' } }, {}],
      },
    });
    expect([answer.id, answer.model, answer.created]).toEqual([
      expect.stringMatching(/^chatcmpl-[0-9a-f-]{36}$/),
      'gemini-2.5-flash',
      1_700_000_000,
    ]);
    expect(answer.usage?.total_tokens).toBe(60);
    const upstream = results[0]?.upstream;
    expect([upstream?.authority, upstream?.path, upstream?.headers.get('x-goog-api-key')]).toEqual([
      'generativelanguage.googleapis.com',
      '/v1beta/models/gemini-2.5-flash:generateContent',
      'sk-vendor',
    ]);
    expect(upstream?.headers.has('authorization')).toBe(false);
    expect(upstream?.json()).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'q' }] }],
      generationConfig: { thinkingConfig: { includeThoughts: true } },
    });
  });

  it('gets a stream', async () => {
    const { openai, results } = openaiClient(() => sse('text-and-tools.stream.jsonl'));
    const final = await openai.chat.completions.stream(ask).finalChatCompletion();
    const message = final.choices[0]?.message;
    expect(message?.content).toBe('Let me look: Zürich 🌧.');
    expect(message?.tool_calls?.map((call) => call.type === 'function' && call.function.arguments)).toEqual([
      '{"city":"Zürich"}',
      '{"city":"Rom"}',
    ]);
    expect(final.usage?.total_tokens).toBe(60);
    const upstream = results[0]?.upstream;
    expect(upstream?.path).toBe('/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse');
    expect(upstream?.headers.get('accept')).toBe('text/event-stream');
    expect(upstream?.json()).not.toHaveProperty('stream_options');
  });

  it('sends back what belongs to a call', async () => {
    const answers = [
      json(fixture('text-and-tools.answer.json')),
      json({ candidates: [{ content: { parts: [{ text: 'sunny' }] }, finishReason: 'STOP' }] }),
    ];
    const { openai, results } = openaiClient(() => answers.shift() ?? json({}));
    const first = await openai.chat.completions.create(ask);
    const called = first.choices[0]!.message;
    const resultsOfTools = (called.tool_calls ?? []).map((call) => ({
      role: 'tool' as const,
      tool_call_id: call.id,
      content: 'sun',
    }));
    const second = await openai.chat.completions.create({
      ...ask,
      messages: [...ask.messages, called, ...resultsOfTools],
    });
    expect(second.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'sunny' } });
    expect(results[1]?.upstream?.json()).toMatchObject({
      contents: [
        { role: 'user' },
        {
          role: 'model',
          parts: [
            { text: 'Let me look.' },
            { functionCall: { name: 'weather', args: { city: 'Paris' } }, thoughtSignature: 'c2ln' },
            { functionCall: { id: 'fc-2', name: 'weather' } },
          ],
        },
        { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: 'sun' } } }, {}] },
      ],
    });
  });

  it('gets the vendor’s status and text as an OpenAI error', async () => {
    const error = { error: { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED' } };
    const { openai } = openaiClient(() => json([error], 429));
    const failed = await openai.chat.completions.create(ask).catch((caught: unknown) => caught);
    expect(failed).toBeInstanceOf(OpenAI.RateLimitError);
    expect(failed).toMatchObject({
      type: 'rate_limit_error',
      code: 'RESOURCE_EXHAUSTED',
      error: { message: 'Quota exceeded' },
    });
  });

  it('gets an error inside a stream as an error', async () => {
    const { openai } = openaiClient(() => sse('overloaded.stream.jsonl'));
    await expect(openai.chat.completions.stream(ask).finalChatCompletion()).rejects.toThrow(/overloaded/);
  });

  it('gets an error with status 200 as 500', async () => {
    const { openai } = openaiClient(() => json({ error: { code: 13, message: 'inner', status: 'INTERNAL' } }));
    await expect(openai.chat.completions.create(ask)).rejects.toMatchObject({
      status: 500,
      error: { message: 'inner' },
    });
  });

  it('gets vectors in the form that the client reads', async () => {
    const { openai, results } = openaiClient(() => json({ embeddings: [{ values: [0.5, -0.25] }, { values: [1] }] }), {
      modelMapping: { '*': 'gemini-embedding-001' },
    });
    const answer = await openai.embeddings.create({ model: 'text-embedding-3', input: ['a', 'b'], dimensions: 2 });
    expect(answer.data.map(({ index, embedding }) => [index, [...embedding]])).toEqual([
      [0, [0.5, -0.25]],
      [1, [1]],
    ]);
    expect(results[0]?.upstream?.path).toBe('/v1beta/models/gemini-embedding-001:batchEmbedContents');
    expect(results[0]?.upstream?.json()).toMatchObject({
      requests: [{ model: 'models/gemini-embedding-001', content: { parts: [{ text: 'a' }] } }, {}],
    });
  });

  it('gets pictures', async () => {
    const { openai, results } = openaiClient(() => json({ predictions: [{ bytesBase64Encoded: 'AA==' }] }), {
      modelMapping: {},
    });
    const made = await openai.images.generate({ model: 'imagen-4.0', prompt: 'cat', n: 1 });
    expect(made).toMatchObject({ created: 1_700_000_000, data: [{ b64_json: 'AA==' }] });
    expect([results[0]?.upstream?.path, results[0]?.upstream?.json()]).toEqual([
      '/v1beta/models/imagen-4.0:predict',
      { instances: [{ prompt: 'cat' }], parameters: { sampleCount: 1 } },
    ]);
    const parts = [{ inlineData: { mimeType: 'image/png', data: 'AQ==' } }];
    const drawing = openaiClient(() => json({ candidates: [{ content: { parts } }] }), { modelMapping: {} });
    const drawn = await drawing.openai.images.generate({ model: 'gemini-2.5-flash-image', prompt: 'cat' });
    expect(drawn.data).toEqual([{ b64_json: 'AQ==' }]);
    expect(drawing.results[0]?.upstream?.path).toBe('/v1beta/models/gemini-2.5-flash-image:generateContent');
  });

  it('gets the list of models', async () => {
    const { openai, results } = openaiClient(() =>
      json({ models: [{ name: 'models/gemini-a' }, { name: 'models/b' }] }),
    );
    const names: string[] = [];
    for await (const model of openai.models.list()) names.push(model.id);
    expect(names).toEqual(['gemini-a', 'b']);
    expect([results[0]?.upstream?.path, results[0]?.upstream?.headers.get('x-goog-api-key')]).toEqual([
      '/v1beta/models',
      'sk-vendor',
    ]);
  });

  it('keeps concurrent requests apart', async () => {
    const { openai } = openaiClient(
      (upstream) => json({ candidates: [{ content: { parts: [{ text: upstream.path }] } }] }),
      {
        modelMapping: {},
      },
    );
    const models = ['a', 'b', 'c'];
    const answers = await Promise.all(models.map((model) => openai.chat.completions.create({ ...ask, model })));
    expect(answers.map(({ model, choices }) => [model, choices[0]?.message.content])).toEqual(
      models.map((model) => [model, `/v1beta/models/${model}:generateContent`]),
    );
  });

  it('shows pictures of the web to the model', async () => {
    const asked: WebGet[] = [];
    const web = (get: WebGet) => {
      asked.push(get);
      return httpAnswer(Buffer.from('GIF89a..'), 200, { 'content-type': 'image/png' });
    };
    const { openai, results } = openaiClient(() => json({ candidates: [] }), { geminiImagePublicOnly: true }, { web });
    const image = { type: 'image_url' as const, image_url: { url: 'https://img.test/a?b' } };
    await openai.chat.completions.create({ ...ask, messages: [{ role: 'user', content: [image, image] }] });
    expect(asked).toMatchObject([
      {
        url: 'https://img.test/a?b',
        headers: { accept: 'image/*' },
        limitBytes: 104_857_600,
        timeoutMs: 30_000,
        publicOnly: true,
      },
    ]);
    const inlineData = { mimeType: 'image/gif', data: Buffer.from('GIF89a..').toString('base64') };
    expect(results[0]?.upstream?.json()).toMatchObject({
      contents: [{ role: 'user', parts: [{ inlineData }, { inlineData }] }],
    });
  });

  it.each<[string, FakeHost, RegExp]>([
    ['is not there', { web: () => httpAnswer('', 404) }, /status 404/],
    ['is a page', { web: () => httpAnswer('<html>', 200, { 'content-type': 'text/html' }) }, /it is no image/],
    [
      'cannot be reached',
      { web: () => Promise.reject(new Error('its server could not be reached')) },
      /could not be reached/,
    ],
    ['is not to be had from here', {}, /fetches nothing from the web/],
  ])('is told when a picture %s', async (_title, host, reason) => {
    const { openai, results } = openaiClient(() => json({}), {}, host);
    const content = [{ type: 'image_url' as const, image_url: { url: 'http://img.test/a' } }];
    const failed = await openai.chat.completions
      .create({ ...ask, messages: [{ role: 'user', content }] })
      .catch((caught: unknown) => caught);
    expect(failed).toMatchObject({ status: 500 });
    expect(results[0]?.response.text).toMatch(reason);
    expect(results[0]?.reply?.details).toBe('ai-proxy.gemini.fetch_image_failed');
  });
});

describe('type gemini, by the client of Anthropic', () => {
  it('gets an answer with tools', async () => {
    const through = harnessFetch(proxy(), () => json(fixture('text-and-tools.answer.json')));
    const anthropic = new Anthropic({ apiKey: 'client', baseURL: 'http://gw', fetch: through.fetch, maxRetries: 0 });
    const answer = await anthropic.beta.messages.create({
      model: 'gemini-2.5-flash',
      max_tokens: 10,
      messages: [{ role: 'user', content: 'q' }],
    });
    // Its beta calls carry `?beta=true`, which Google refuses.
    expect(through.results[0]?.upstream?.path).toBe('/v1beta/models/gemini-2.5-flash:generateContent');
    expect(answer).toMatchObject({
      stop_reason: 'tool_use',
      content: [
        { type: 'thinking' },
        { type: 'text', text: 'Let me look.' },
        { type: 'tool_use', input: { city: 'Paris' } },
        {},
      ],
    });
  });
});

describe('type gemini, by the client of Google', () => {
  const tools = [
    {
      functionDeclarations: [
        { name: 'weather', parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } } } },
      ],
    },
  ];
  const request = { model: 'alias', contents: 'q', config: { temperature: 0.5, tools, systemInstruction: 's' } };

  it.each(['openai', 'original'])('passes its own call through, protocol %s', async (protocol) => {
    const { google, results } = googleClient(() => json(fixture('text-and-tools.answer.json')), {
      protocol,
      modelMapping: { '*': 'gemini-2.5-flash' },
    });
    const answer = await google.models.generateContent(request);
    expect(answer.functionCalls?.map((call) => call.args)).toEqual([{ city: 'Paris' }, { city: 'Rom' }]);
    expect([answer.responseId, answer.usageMetadata?.totalTokenCount]).toEqual(['resp-1', 60]);
    const upstream = results[0]?.upstream;
    const model = protocol === 'openai' ? 'gemini-2.5-flash' : 'alias';
    expect([upstream?.path, upstream?.authority, upstream?.headers.get('x-goog-api-key')]).toEqual([
      `/v1beta/models/${model}:generateContent`,
      'generativelanguage.googleapis.com',
      'sk-vendor',
    ]);
    expect(upstream?.json()).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'q' }] }],
      systemInstruction: { role: 'user', parts: [{ text: 's' }] },
      tools: [
        {
          functionDeclarations: [
            { name: 'weather', parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } } },
          ],
        },
      ],
      generationConfig: { temperature: 0.5 },
    });
  });

  it.each(['openai', 'original'])('passes its own stream through, protocol %s', async (protocol) => {
    const { google, results } = googleClient(() => sse('text-and-tools.stream.jsonl'), { protocol });
    const parts: Part[] = [];
    for await (const chunk of await google.models.generateContentStream(request)) {
      parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []));
    }
    expect(parts.map(({ text, functionCall }) => text ?? functionCall?.args)).toEqual([
      'Thinking of Zürich 🌧',
      'Let me ',
      'look: Zürich 🌧.',
      { city: 'Zürich' },
      { city: 'Rom' },
    ]);
    expect(results[0]?.upstream?.path).toBe('/v1beta/models/alias:streamGenerateContent?alt=sse');
    expect(results[0]?.response.text).toBe(sse('text-and-tools.stream.jsonl').body);
  });

  it('reaches embeddings and lists too, and sees the vendor’s errors as they are', async () => {
    const { google, results } = googleClient(({ path }) => {
      if (path.includes('mbedContent')) return json({ embeddings: [{ values: [1] }], embedding: { values: [1] } });
      if (path.startsWith('/v1beta/models?')) return json({ models: [{ name: 'models/a' }] });
      return json({ error: { code: 404, message: 'no such model', status: 'NOT_FOUND' } }, 404);
    });
    expect((await google.models.embedContent({ model: 'e', contents: 'q' })).embeddings?.[0]?.values).toEqual([1]);
    expect((await google.models.list({ config: { pageSize: 5 } })).page[0]?.name).toBe('models/a');
    await expect(google.models.generateContent(request)).rejects.toMatchObject({ status: 404 });
    expect(results.map(({ upstream }) => upstream?.headers.get('x-goog-api-key'))).toEqual(Array(3).fill('sk-vendor'));
  });
});

describe('type gemini', () => {
  const native = { path: '/v1beta/models/m:generateContent', headers: { 'content-type': 'application/json' } };

  it.each(['openai', 'original'])('sets custom settings where Gemini reads them, protocol %s', async (protocol) => {
    const customSettings = [
      { name: 'max_tokens', value: 9 },
      { name: 'top_k', value: 3, overwrite: false },
      { name: 'seed', value: 1 },
      { name: 'thinkingConfig.thinkingBudget', value: 0, mode: 'raw' },
    ];
    const harness = proxy({ protocol, customSettings });
    const send = async (body: string) => (await harness.request({ ...native, body })).upstream?.json();
    expect(await send('{"contents":[]}')).toEqual({
      contents: [],
      generation_config: { maxOutputTokens: 9, topK: 3, thinkingConfig: { thinkingBudget: 0 } },
    });
    expect(await send('{"generationConfig":{"topK":7,"temperature":1}}')).toEqual({
      generationConfig: { topK: 7, temperature: 1, maxOutputTokens: 9, thinkingConfig: { thinkingBudget: 0 } },
    });
  });

  it('does not let a key of the caller’s go on', async () => {
    const { upstream } = await proxy().request({ ...native, path: `${native.path}?key=client&x=1`, body: '{}' });
    expect(upstream?.path).toBe('/v1beta/models/m:generateContent?x=1');
    const chat = { ...native, path: '/v1/chat/completions?key=client&alt=json&y=2' };
    const body = JSON.stringify({ ...ask, model: 'm', stream: true });
    const { upstream: translated } = await proxy({ apiVersion: 'v1', providerDomain: 'g.test' }).request({
      ...chat,
      body,
    });
    expect([translated?.path, translated?.authority]).toEqual([
      '/v1/models/m:streamGenerateContent?alt=sse&y=2',
      'g.test',
    ]);
    const listed = await proxy().request({ method: 'GET', path: '/v1/models?key=client&pageSize=9' });
    expect(listed.upstream?.path).toBe('/v1beta/models?pageSize=9');
  });

  it('refuses what the vendor does not have, and lets the operator name a path', async () => {
    const speech = { ...native, path: '/v1/audio/speech', body: '{"model":"m"}' };
    const { response, reply } = await proxy().request(speech);
    expect([response.status, reply?.details]).toEqual([500, 'ai-proxy.proc_req_body_failed']);
    const capabilities = { 'openai/v1/chatcompletions': '/own/{model}:{action}' };
    const chat = { ...native, path: '/v1/chat/completions', body: JSON.stringify(ask) };
    expect((await proxy({ capabilities }).request(chat)).upstream?.path).toBe('/own/gpt-4:generateContent');
  });

  it('has all its keys in the documentation, and no others', () => {
    const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
    const section = readme.slice(readme.indexOf('## Types gemini and vertex'));
    const named = [...section.matchAll(/^\| (.+?) \|/gm)].flatMap((row) =>
      [...(row[1] ?? '').matchAll(/`(\w+)`/g)].map((found) => found[1] ?? ''),
    );
    const own = [...Object.keys(geminiKeys), ...Object.keys(vertexKeys)];
    expect(new Set([...named, 'geminiSafetySettings'])).toEqual(new Set([...own, 'apiVersion', 'apiTokens']));
  });

  it('needs tokens', () => {
    expect(() => proxy({ apiTokens: [] })).toThrow(/must be set for type "gemini"/);
    expect(() => proxy({ geminiSafetySetting: { A: 1 } })).toThrow();
  });
});
