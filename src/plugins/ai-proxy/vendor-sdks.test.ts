/** The clients of Mistral and Groq make their own calls and read what comes back: from their vendor, and from vendors that are translated to. */
import { describe, expect, it } from '@jest/globals';
import { HTTPClient, Mistral } from '@mistralai/mistralai';
import Groq from 'groq-sdk';
import { type TestAnswer, testPlugin } from '#plugin-sdk/testing.ts';
import { AWS_KEYS } from '#test/bedrock.ts';
import {
  ANSWERS,
  events,
  type Language,
  type LanguageAnswers,
  SAID,
  USAGE,
  type VendorAnswer,
} from '#test/vendor-answers.ts';
import { effectiveConfig } from './config.ts';
import { harnessFetch } from './harness-fetch.ts';
import plugin from './plugin.ts';

const through = (provider: object, answer: TestAnswer) => {
  const settings = { apiTokens: ['sk-vendor'], modelMapping: { alias: 'mapped' }, ...provider };
  const config = effectiveConfig({ provider: settings }, undefined);
  if (!config) throw new Error('no provider is active');
  return harnessFetch(testPlugin(plugin, config), () => answer);
};
const scripted = ({ status, headers, parts }: VendorAnswer): TestAnswer => ({
  ...(status === undefined ? {} : { status }),
  headers,
  body: Buffer.concat(parts.map((part) => Buffer.from(part))),
});
const json = (value: unknown, status = 200): TestAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const ask = { model: 'alias', messages: [{ role: 'user' as const, content: 'q' }] };

/** Types by what they speak. */
const SPOKEN: readonly (readonly [type: string, language: Language, settings: object])[] = [
  ['mistral', 'openai', {}],
  ['groq', 'openai', {}],
  ['claude', 'claude', {}],
  ['gemini', 'gemini', {}],
  ['qwen', 'qwen', { qwenEnableCompatible: false }],
  ['bedrock', 'bedrock', { apiTokens: [], ...AWS_KEYS }],
  ['cohere', 'cohere', {}],
  ['dify', 'dify', {}],
  ['spark', 'spark', {}],
  ['minimax', 'minimax', { minimaxApiType: 'pro', minimaxGroupId: 'g' }],
  ['hunyuan', 'hunyuan', { hunyuanAuthId: 'i'.repeat(36), hunyuanAuthKey: 'k'.repeat(32) }],
];
const answerOf = (language: Language, stream: boolean) => {
  const answers: LanguageAnswers = ANSWERS[language];
  return scripted((stream && answers.stream) || answers.whole);
};

describe('the client of Mistral', () => {
  const client = (provider: object, answer: TestAnswer) => {
    const { fetch, results } = through(provider, answer);
    const httpClient = new HTTPClient({ fetcher: (input, init) => fetch(input, init) });
    const mistral = new Mistral({
      apiKey: 'client',
      serverURL: 'http://gw',
      httpClient,
      retryConfig: { strategy: 'none' },
    });
    return { mistral, results };
  };

  it.each(SPOKEN)('reads whole answers of type %s', async (type, language, settings) => {
    const { mistral, results } = client({ type, ...settings }, answerOf(language, false));
    const answer = await mistral.chat.complete(ask);
    expect(answer.choices[0]).toMatchObject({ finishReason: 'stop', message: { content: SAID } });
    expect(answer.usage).toMatchObject({ promptTokens: 5, completionTokens: 3, totalTokens: 8 });
    if (type === 'mistral') {
      const upstream = results[0]?.upstream;
      expect([upstream?.authority, upstream?.path, upstream?.headers.get('authorization')]).toEqual([
        'api.mistral.ai',
        '/v1/chat/completions',
        'Bearer sk-vendor',
      ]);
      expect(upstream?.json()).toMatchObject({ ...ask, model: 'mapped' });
    }
  });

  // It refuses `"usage":null`, which chunks that are made here hold (#2391), so streams of other vendors are not for it.
  it('reads streams of its vendor', async () => {
    const chunk = (choice: object, more: object = {}) => ({
      id: 'c-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index: 0, finish_reason: null, ...choice }],
      ...more,
    });
    const stream = events(
      chunk({ delta: { role: 'assistant', content: '' } }),
      chunk({ delta: { content: 'Zürich ' } }),
      chunk({ delta: { content: '🌧' } }),
      chunk({ delta: { content: '' }, finish_reason: 'stop' }, { usage: USAGE }),
      '[DONE]',
    );
    const { mistral, results } = client({ type: 'mistral' }, scripted(stream));
    let text = '';
    let finish: unknown;
    let total: unknown;
    for await (const { data } of await mistral.chat.stream(ask)) {
      text += data.choices[0]?.delta.content ?? '';
      finish = data.choices[0]?.finishReason ?? finish;
      total = data.usage?.totalTokens ?? total;
    }
    expect([text, finish, total]).toEqual([SAID, 'stop', 8]);
    expect(results[0]?.response.text).toBe(stream.parts.join(''));
  });

  it('gets vectors', async () => {
    const data = [{ object: 'embedding', index: 0, embedding: [0.5, 1] }];
    const usage = { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 };
    const answer = json({ id: 'e', object: 'list', model: 'm', data, usage });
    const { mistral, results } = client({ type: 'mistral' }, answer);
    expect((await mistral.embeddings.create({ model: 'alias', inputs: ['q'] })).data[0]?.embedding).toEqual([0.5, 1]);
    expect([results[0]?.upstream?.path, results[0]?.upstream?.json()]).toMatchObject([
      '/v1/embeddings',
      { model: 'mapped' },
    ]);
  });

  it('gets the vendor’s status and text', async () => {
    const { mistral } = client(
      { type: 'claude' },
      json({ type: 'error', error: { type: 'x', message: 'slow down' } }, 429),
    );
    await expect(mistral.chat.complete(ask)).rejects.toMatchObject({
      statusCode: 429,
      body: expect.stringContaining('slow down'),
    });
  });
});

describe('the client of Groq', () => {
  const client = (provider: object, answer: TestAnswer) => {
    const { fetch, results } = through(provider, answer);
    return { groq: new Groq({ apiKey: 'client', baseURL: 'http://gw', fetch, maxRetries: 0 }), results };
  };

  it.each(SPOKEN)('reads whole answers of type %s', async (type, language, settings) => {
    const { groq, results } = client({ type, ...settings }, answerOf(language, false));
    const answer = await groq.chat.completions.create(ask);
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: SAID } });
    expect(answer.usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 });
    if (type === 'groq') {
      const upstream = results[0]?.upstream;
      expect([upstream?.authority, upstream?.path, upstream?.headers.get('authorization')]).toEqual([
        'api.groq.com',
        '/openai/v1/chat/completions',
        'Bearer sk-vendor',
      ]);
      expect(upstream?.json()).toEqual({ ...ask, model: 'mapped' });
    }
  });

  it.each(SPOKEN)('reads streams of type %s', async (type, language, settings) => {
    const { groq } = client({ type, ...settings }, answerOf(language, true));
    let text = '';
    let finish: unknown;
    for await (const { choices } of await groq.chat.completions.create({ ...ask, stream: true })) {
      text += choices[0]?.delta.content ?? '';
      finish = choices[0]?.finish_reason ?? finish;
    }
    expect([text, finish]).toEqual([SAID, 'stop']);
  });

  it('gets the vendor’s status and text as its own error', async () => {
    const { groq } = client(
      { type: 'claude' },
      json({ type: 'error', error: { type: 'x', message: 'slow down' } }, 429),
    );
    const failed = await groq.chat.completions.create(ask).catch((caught: unknown) => caught);
    expect(failed).toBeInstanceOf(Groq.RateLimitError);
    expect(failed).toMatchObject({ error: { error: { message: 'slow down' } } });
  });
});
