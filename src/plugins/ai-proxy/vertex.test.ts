/** Type vertex through the plugin's hooks, judged by the SDKs of OpenAI, Anthropic and Google. */
import { generateKeyPairSync, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { describe, expect, it } from '@jest/globals';
import OpenAI, { toFile } from 'openai';
import type { HttpCall } from '#plugin-sdk/host.ts';
import { httpAnswer, type TestAnswer, testPlugin, type UpstreamRequest } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import { harnessFetch } from './harness-fetch.ts';
import { lower } from './lower.ts';
import plugin from './plugin.ts';

const fixture = (vendor: string, name: string) =>
  readFileSync(new URL(`../../ai/providers/${vendor}/fixtures/${name}`, import.meta.url), 'utf8');

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const standard = {
  vertexAuthKey: JSON.stringify({
    client_email: 'gw@proj.iam.gserviceaccount.com',
    private_key_id: 'kid-1',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: 'https://oauth2.googleapis.com/token',
  }),
  vertexRegion: 'us-central1',
  vertexProjectId: 'proj',
  vertexAuthServiceName: 'vertex-auth.internal',
};
const express = { apiTokens: ['express-key'] };

/** Google's token endpoint: only a good signature gets a token. */
const oauth = ({ cluster, path, body }: HttpCall) => {
  if (cluster !== 'outbound|443||vertex-auth.internal.dns' || path !== '/token') return httpAnswer('', 404);
  const parts = (new URLSearchParams(String(body)).get('assertion') ?? '').split('.');
  const signed = Buffer.from(parts.slice(0, 2).join('.'));
  const good = verify('sha256', signed, publicKey, Buffer.from(parts[2] ?? '', 'base64url'));
  return good ? httpAnswer({ access_token: 'vendor-token', expires_in: 3600 }) : httpAnswer('{}', 401);
};

const configOf = (provider: object) => {
  const config = effectiveConfig({ provider: { type: 'vertex', ...provider } }, undefined);
  if (!config) throw new Error('no provider is active');
  return config;
};
const proxy = (provider: object = standard, http = oauth) =>
  testPlugin(plugin, configOf(provider), { host: { random: () => 0, now: () => 1_700_000_000_000, http } });

const json = (value: unknown, status = 200): TestAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: typeof value === 'string' ? value : JSON.stringify(value),
});
const sse = (lines: string, named = false): TestAnswer => ({
  headers: { 'content-type': 'text/event-stream' },
  body: lines
    .trim()
    .split('\n')
    .map((line) => `${named ? `event: ${JSON.parse(line).type}\n` : ''}data: ${line}\n\n`)
    .join(''),
});

const client = (respond: (upstream: UpstreamRequest) => TestAnswer, provider: object = standard) => {
  const through = harnessFetch(proxy(provider), respond);
  return {
    openai: new OpenAI({ apiKey: 'client', baseURL: 'http://gw/v1', fetch: through.fetch, maxRetries: 0 }),
    ...through,
  };
};
const ask = { model: 'gemini-2.5-flash', messages: [{ role: 'user' as const, content: 'q' }] };
const PLACE = '/v1/projects/proj/locations/us-central1/publishers';
const said = (text: string) => json({ candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }] });

describe('type vertex, by the client of OpenAI', () => {
  it('gets a whole answer with a token of the service account', async () => {
    const { openai, results } = client(() => json(fixture('gemini', 'text-and-tools.answer.json')), {
      ...standard,
      geminiSafetySetting: { HARM_CATEGORY_HARASSMENT: 'BLOCK_NONE' },
    });
    const messages = [{ role: 'system' as const, content: 's' }, ...ask.messages];
    const answer = await openai.chat.completions.create({ ...ask, messages, reasoning_effort: 'high' });
    expect(answer.choices[0]).toMatchObject({
      message: { content: '<think>The user wants the weather.</think>Let me look.' },
      finish_reason: 'tool_calls',
    });
    expect([answer.id, answer.usage?.completion_tokens_details?.reasoning_tokens]).toEqual(['resp-1', 8]);
    const upstream = results[0]?.upstream;
    expect([upstream?.authority, upstream?.path, upstream?.headers.get('authorization')]).toEqual([
      'us-central1-aiplatform.googleapis.com',
      `${PLACE}/google/models/gemini-2.5-flash:generateContent`,
      'Bearer vendor-token',
    ]);
    expect(upstream?.json()).toEqual({
      systemInstruction: { parts: [{ text: 's' }] },
      contents: [{ role: 'user', parts: [{ text: 'q' }] }],
      generationConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 16384 } },
      safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
    });
  });

  it('gets a stream', async () => {
    const { openai, results } = client(() => sse(fixture('gemini', 'text-and-tools.stream.jsonl')));
    const final = await openai.chat.completions.stream(ask).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe('<think>Thinking of Zürich 🌧</think>Let me look: Zürich 🌧.');
    expect(final.choices[0]?.finish_reason).toBe('tool_calls');
    expect(final.usage?.total_tokens).toBe(60);
    expect(results[0]?.upstream?.path).toBe(`${PLACE}/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse`);
  });

  it('talks to Claude models in their own language', async () => {
    const { openai, results } = client(({ path }) =>
      path.endsWith(':rawPredict')
        ? json(fixture('claude', 'text.answer.json'))
        : sse(fixture('claude', 'tools-and-thinking.stream.jsonl'), true),
    );
    const claude = { ...ask, model: 'claude-sonnet-4@20250514', max_tokens: 9 };
    const answer = await openai.chat.completions.create(claude);
    expect(answer.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: 'weather' } });
    const final = await openai.chat.completions.stream(claude).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe('Looking.');
    expect(results.map(({ upstream }) => upstream?.path)).toEqual([
      `${PLACE}/anthropic/models/claude-sonnet-4@20250514:rawPredict`,
      `${PLACE}/anthropic/models/claude-sonnet-4@20250514:streamRawPredict`,
    ]);
    expect(results[0]?.upstream?.json()).toEqual({
      anthropic_version: 'vertex-2023-10-16',
      messages: [{ role: 'user', content: 'q' }],
      max_tokens: 9,
    });
    expect(results[1]?.upstream?.json()).toMatchObject({ stream: true });
  });

  it('gets vectors', async () => {
    const predictions = [
      { embeddings: { values: [0.5], statistics: { token_count: 2 } } },
      { embeddings: { values: [1], statistics: { token_count: 3 } } },
    ];
    const { openai, results } = client(() => json({ predictions }));
    const answer = await openai.embeddings.create({ model: 'text-embedding-005', input: ['a', 'b'], dimensions: 1 });
    expect(answer.data.map(({ index, embedding }) => [index, [...embedding]])).toEqual([
      [0, [0.5]],
      [1, [1]],
    ]);
    expect(answer.usage).toEqual({ prompt_tokens: 5, total_tokens: 5 });
    expect([results[0]?.upstream?.path, results[0]?.upstream?.json()]).toEqual([
      `${PLACE}/google/models/text-embedding-005:predict`,
      { instances: [{ content: 'a' }, { content: 'b' }], parameters: { outputDimensionality: 1 } },
    ]);
  });

  it('gets pictures: new ones, edits and variations', async () => {
    const inlineData = { mimeType: 'image/png', data: 'AQ==' };
    const { openai, results } = client(() => json({ candidates: [{ content: { parts: [{ inlineData }] } }] }));
    const image = await toFile(Buffer.from('GIF89a\0\r\n--x'), 'a.gif', { type: 'image/gif' });
    const base64 = Buffer.from('GIF89a\0\r\n--x').toString('base64');
    const model = 'gemini-2.5-flash-image';
    const made = await openai.images.generate({ model, prompt: 'cat', size: '1536x1024' });
    const edited = await openai.images.edit({ model, prompt: 'möre cat', image: [image, image] });
    const varied = await openai.images.createVariation({ model, image });
    for (const { data } of [made, edited, varied]) expect(data).toEqual([{ b64_json: 'AQ==' }]);
    for (const { upstream } of results) {
      expect(upstream?.path).toBe(`${PLACE}/google/models/${model}:generateContent`);
      expect(upstream?.headers.get('content-type')).toBe('application/json');
      expect(Number(upstream?.headers.get('content-length') ?? upstream?.body.length)).toBe(upstream?.body.length);
    }
    const sent = results.map(({ upstream }) => upstream?.json());
    const gif = { inlineData: { mimeType: 'image/gif', data: base64 } };
    expect(sent).toMatchObject([
      { contents: [{ parts: [{ text: 'cat' }] }], generationConfig: { imageConfig: { aspectRatio: '3:2' } } },
      { contents: [{ parts: [gif, gif, { text: 'möre cat' }] }] },
      { contents: [{ parts: [gif, { text: expect.stringContaining('variation') }] }] },
    ]);
    await expect(openai.images.edit({ model, prompt: 'x', image, mask: image })).rejects.toMatchObject({ status: 400 });
  });

  it('gets the vendor’s status and text as an OpenAI error', async () => {
    const { openai } = client(() =>
      json([{ error: { code: 403, message: 'denied', status: 'PERMISSION_DENIED' } }], 403),
    );
    const failed = await openai.chat.completions.create(ask).catch((caught: unknown) => caught);
    expect(failed).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(failed).toMatchObject({ code: 'PERMISSION_DENIED', error: { message: 'denied' } });
  });

  it('is told when there is no token', async () => {
    const harness = proxy(standard, () => httpAnswer('{"error":"invalid_grant"}', 400));
    const { response, reply, upstream } = await harness.request({
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ask),
    });
    expect([response.status, reply?.details, upstream]).toEqual([500, 'ai-proxy.vertex.load_ak_failed', undefined]);
    expect(response.text).toContain('oauth2.googleapis.com answered 400, invalid_grant');
  });

  it('asks for one token for many requests', async () => {
    const harness = proxy();
    const { fetch } = harnessFetch(harness, () => said('x'));
    const openai = new OpenAI({ apiKey: 'client', baseURL: 'http://gw/v1', fetch, maxRetries: 0 });
    await Promise.all(Array.from({ length: 5 }, () => openai.chat.completions.create(ask)));
    await openai.chat.completions.create(ask);
    expect(harness.calls).toHaveLength(1);
  });
});

describe('type vertex in express mode', () => {
  it('sends the key in the query and no other credentials', async () => {
    const { openai, results } = client(
      ({ path }) => (path.includes('stream') ? sse(fixture('gemini', 'text.stream.jsonl')) : said('x')),
      express,
    );
    await openai.chat.completions.create(ask, { query: { key: 'client', a: 'b' } });
    await openai.chat.completions.stream(ask).finalChatCompletion();
    await openai.chat.completions.create({ ...ask, model: 'claude-x' }).catch(() => undefined);
    expect(results.map(({ upstream }) => upstream?.path)).toEqual([
      '/v1/publishers/google/models/gemini-2.5-flash:generateContent?a=b&key=express-key',
      '/v1/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse&key=express-key',
      '/v1/publishers/anthropic/models/claude-x:rawPredict?key=express-key',
    ]);
    for (const { upstream } of results) {
      expect(upstream?.authority).toBe('aiplatform.googleapis.com');
      expect(upstream?.headers.has('authorization')).toBe(false);
      expect(upstream?.headers.get('x-envoy-original-path')).not.toContain('express-key');
    }
  });

  it.each(['openai', 'original'])('passes calls of Google’s client through, protocol %s', async (protocol) => {
    const { fetch, results } = client(() => json(fixture('gemini', 'text-and-tools.answer.json')), {
      ...express,
      protocol,
    });
    const httpOptions = { baseUrl: 'http://gw', fetch };
    const google = new GoogleGenAI({ vertexai: true, apiKey: 'client', httpOptions });
    const answer = await google.models.generateContent({ model: 'm', contents: 'q' });
    expect(answer.usageMetadata?.totalTokenCount).toBe(60);
    const upstream = results[0]?.upstream;
    expect([upstream?.path, upstream?.headers.get('x-goog-api-key')]).toEqual([
      '/v1beta1/publishers/google/models/m:generateContent?key=express-key',
      undefined,
    ]);
    expect(upstream?.json()).toEqual({ contents: [{ role: 'user', parts: [{ text: 'q' }] }] });
  });
});

describe('type vertex, OpenAI-compatible', () => {
  const compatible = { ...standard, vertexOpenAICompatible: true, modelMapping: { '*': 'google/gemini-2.5-flash' } };

  it('passes chat in OpenAI’s language and makes answers readable', async () => {
    const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' };
    const choice = { index: 0, delta: { role: 'assistant', content: '@' }, finish_reason: 'stop' };
    const { openai, results } = client(
      ({ headers }) =>
        headers.get('accept') === 'text/event-stream'
          ? sse(JSON.stringify({ ...chunk, choices: [choice] }).replace('@', String.raw`Z\u00fcrich`))
          : json(String.raw`{"choices":[{"message":{"content":"Z\u00fcrich"}}]}`),
      compatible,
    );
    const answer = await openai.chat.completions.create({ ...ask, seed: 3 });
    expect(answer.choices[0]?.message.content).toBe('Zürich');
    expect(results[0]?.response.text).toContain('Zürich');
    const final = await openai.chat.completions.stream(ask).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe('Zürich');
    expect(results[1]?.response.text.match(/\[DONE\]/g)).toHaveLength(1);
    for (const { upstream } of results) {
      expect([upstream?.path, upstream?.headers.get('authorization')]).toEqual([
        '/v1beta1/projects/proj/locations/us-central1/endpoints/openapi/chat/completions',
        'Bearer vendor-token',
      ]);
    }
    expect(results[0]?.upstream?.json()).toEqual({ ...ask, model: 'google/gemini-2.5-flash', seed: 3 });
    expect(results[1]?.upstream?.json()).toMatchObject({ stream_options: { include_usage: true } });
  });

  it('knows chat only', async () => {
    const { openai } = client(() => json({}), compatible);
    await expect(openai.embeddings.create({ model: 'm', input: 'x' })).rejects.toMatchObject({ status: 500 });
  });
});

describe('type vertex, native paths', () => {
  const RAW = '/v1beta1/projects/theirs/locations/eu/publishers/google/models/text-embedding-005:predict';
  const send = async (path: string, provider: object = standard, body = '{"a": 1.0}') => {
    const headers = { 'content-type': 'application/json', 'x-goog-api-key': 'client', authorization: 'Bearer client' };
    const { upstream } = await proxy(provider).request({ path, headers, body });
    expect(upstream?.headers.has('x-goog-api-key')).toBe(false);
    return [upstream?.path, upstream?.headers.get('authorization'), upstream?.text];
  };

  it('forwards raw calls with nothing changed but the credentials', async () => {
    const modelMapping = { '*': 'mapped' };
    expect(await send(`${RAW}?x=1`, { ...standard, modelMapping })).toEqual([
      `${RAW}?x=1`,
      'Bearer vendor-token',
      '{"a": 1.0}',
    ]);
    expect(await send(`/prefix${RAW}`)).toEqual([RAW, 'Bearer vendor-token', '{"a": 1.0}']);
    expect(await send(RAW, { ...standard, protocol: 'original' })).toEqual([RAW, 'Bearer vendor-token', '{"a": 1.0}']);
    expect(await send(RAW, express)).toEqual([`${RAW}?key=express-key`, undefined, '{"a": 1.0}']);
  });

  it('takes calls made for the Gemini API', async () => {
    const modelMapping = { alias: 'gemini-2.5-pro' };
    const [path] = await send('/v1beta/models/alias:streamGenerateContent?alt=sse', { ...standard, modelMapping });
    expect(path).toBe(`${PLACE}/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse`);
  });

  it('converts for the client of Anthropic', async () => {
    const { fetch } = client(() => said('hello'));
    const anthropic = new Anthropic({ apiKey: 'client', baseURL: 'http://gw', fetch, maxRetries: 0 });
    const answer = await anthropic.messages.create({ ...ask, max_tokens: 5 });
    expect(answer).toMatchObject({ content: [{ type: 'text', text: 'hello' }], stop_reason: 'end_turn' });
  });
});

describe('type vertex, configuration', () => {
  it.each<[object, RegExp]>([
    [{}, /vertex/],
    [{ ...standard, vertexAuthKey: '{}' }, /client_email/],
    [{ ...standard, vertexTokenRefreshAhead: -1 }, /./],
    [{ ...express, vertexOpenAICompatible: true }, /service account/],
  ])('refuses %#', (provider, reason) => {
    expect(() => configOf(provider)).toThrow(reason);
  });

  it('names the cluster of the token service, so that there is one', () => {
    for (const name of ['vertex-auth.internal', 'vertex-auth.internal.dns']) {
      const { provider } = configOf({ ...standard, vertexAuthServiceName: name });
      expect(provider.vertexAuthCluster).toBe('outbound|443||vertex-auth.internal.dns');
    }
    for (const name of ['vertex-auth.internal:8443', 'vertex-auth.internal.dns:8443']) {
      const { provider } = configOf({ ...standard, vertexAuthServiceName: name });
      expect(provider.vertexAuthCluster).toBe('outbound|8443||vertex-auth.internal.dns');
    }
    expect(configOf(express).provider).not.toHaveProperty('vertexAuthCluster');
  });

  it('is never lowered', () => {
    for (const protocol of ['openai', 'original']) {
      expect(lower(configOf({ ...standard, protocol }))).toMatchObject({ lowered: false });
      expect(lower(configOf({ ...express, protocol }))).toMatchObject({ lowered: false });
    }
  });
});
