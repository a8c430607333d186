/** Type azure through the plugin's hooks, judged by both clients of OpenAI's SDK. */
import { describe, expect, it } from '@jest/globals';
import OpenAI, { AzureOpenAI, toFile } from 'openai';
import { type TestAnswer, testPlugin } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import { harnessFetch } from './harness-fetch.ts';
import { lower } from './lower.ts';
import plugin from './plugin.ts';

const SERVICE = 'https://res.openai.azure.com?api-version=2024-10-21';

const configOf = (provider: object) => {
  const settings = { type: 'azure', apiTokens: ['sk-vendor'], azureServiceUrl: SERVICE, ...provider };
  const config = effectiveConfig({ provider: settings }, undefined);
  if (!config) throw new Error('no provider is active');
  return config;
};
const proxy = (provider: object = {}) => testPlugin(plugin, configOf(provider));

const answer = {
  id: 'c-1',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
};
const json = (value: unknown = answer): TestAnswer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
const clients = (provider: object = {}, respond: () => TestAnswer = () => json()) => {
  const through = harnessFetch(proxy(provider), respond);
  const options = { apiKey: 'client', fetch: through.fetch, maxRetries: 0 };
  const openai = new OpenAI({ ...options, baseURL: 'http://gw/v1' });
  const azure = new AzureOpenAI({ ...options, endpoint: 'http://gw', apiVersion: '2023-01-01' });
  const sent = () => results.map(({ upstream }) => upstream?.path);
  const { results } = through;
  return { openai, azure, results, sent };
};
const ask = { model: 'gpt-4', messages: [{ role: 'developer' as const, content: 'd' }] };
const headers = { 'content-type': 'application/json' };

describe('type azure', () => {
  it.each([
    ['the host only', '', { 'gpt-4': 'my dep' }, '/openai/deployments/my%20dep/chat/completions?api-version=1'],
    ['a deployment', '/openai/deployments/D', { 'gpt-4': 'm' }, '/openai/deployments/D/chat/completions?api-version=1'],
    ['a whole path', '/openai/deployments/D/x', {}, '/openai/deployments/D/x?api-version=1'],
    ['a path of its own', '/proxy/chat', {}, '/proxy/chat?api-version=1'],
  ])('takes an azureServiceUrl with %s', async (_title, path, modelMapping, expected) => {
    const azureServiceUrl = `https://res.openai.azure.com${path}?api-version=1`;
    const { openai, results, sent } = clients({ azureServiceUrl, modelMapping });
    expect((await openai.chat.completions.create(ask)).choices[0]?.message.content).toBe('hi');
    expect(sent()).toEqual([expected]);
    const upstream = results[0]?.upstream;
    expect([upstream?.authority, upstream?.headers.get('api-key'), upstream?.headers.has('authorization')]).toEqual([
      'res.openai.azure.com',
      'sk-vendor',
      false,
    ]);
  });

  it('keeps the role developer, maps the model and asks streams for usage', async () => {
    const chunk = 'data: {"choices":[],"prompt_filter_results":[]}\n\ndata: [DONE]\n\n';
    const stream = () => ({ headers: { 'content-type': 'text/event-stream' }, body: chunk });
    const { openai, results } = clients({ modelMapping: { '*': 'dep' } }, stream);
    const body = await openai.chat.completions.create({ ...ask, stream: true }).asResponse();
    expect(await body.text()).toBe(chunk);
    expect(results[0]?.upstream?.json()).toEqual({
      model: 'dep',
      messages: ask.messages,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('has all APIs of OpenAI', async () => {
    const { openai, sent } = clients({}, () => json({ data: [], object: 'list' }));
    await openai.embeddings.create({ model: 'e', input: 'q', encoding_format: 'float' });
    await openai.completions.create({ model: 'c', prompt: 'q' });
    await openai.images.generate({ model: 'i', prompt: 'q' });
    await openai.audio.speech.create({ model: 's', input: 'q', voice: 'v' });
    await openai.responses.create({ model: 'r', input: 'q' });
    await openai.models.list();
    await openai.files.list({ limit: 3 });
    await openai.files.retrieve('file-1');
    await openai.batches.cancel('b-1');
    await openai.fineTuning.jobs.retrieve('ft-1');
    const query = 'api-version=2024-10-21';
    expect(sent()).toEqual([
      `/openai/deployments/e/embeddings?${query}`,
      `/openai/deployments/c/completions?${query}`,
      `/openai/deployments/i/images/generations?${query}`,
      `/openai/deployments/s/audio/speech?${query}`,
      `/openai/responses?${query}`,
      `/openai/models?${query}`,
      `/openai/files?limit=3&${query}`,
      `/openai/files/file-1?${query}`,
      `/openai/batches/b-1/cancel?${query}`,
      `/openai/fine_tuning/jobs/ft-1?${query}`,
    ]);
  });

  it('finds the deployment in forms, which pass byte for byte', async () => {
    const { openai, results, sent } = clients({ modelMapping: { 'whisper-*': 'hear' } });
    await openai.audio.transcriptions.create({ model: 'whisper-1', file: await toFile(Buffer.from('a'), 'a.wav') });
    expect(sent()).toEqual(['/openai/deployments/hear/audio/transcriptions?api-version=2024-10-21']);
    expect(results[0]?.upstream?.text).toContain('whisper-1');
  });

  it('serves Azure’s own client, whose version gives way to the operator’s', async () => {
    const { azure, results, sent } = clients({ modelMapping: { 'gpt-4': 'dep' } });
    await azure.chat.completions.create(ask);
    await azure.responses.create({ model: 'gpt-4', input: 'q' });
    expect(sent()).toEqual([
      '/openai/deployments/dep/chat/completions?api-version=2024-10-21',
      '/openai/responses?api-version=2024-10-21',
    ]);
    expect(results.map(({ upstream }) => [upstream?.headers.get('api-key'), upstream?.json()])).toEqual([
      ['sk-vendor', { ...ask, model: 'dep' }],
      ['sk-vendor', { model: 'dep', input: 'q' }],
    ]);
  });

  it('leaves paths and bodies alone under protocol original', async () => {
    const { azure, results, sent } = clients({ protocol: 'original', modelMapping: { '*': 'dep' } });
    await azure.chat.completions.create(ask);
    expect(sent()).toEqual(['/openai/deployments/gpt-4/chat/completions?api-version=2023-01-01']);
    expect([results[0]?.upstream?.json(), results[0]?.upstream?.headers.get('api-key')]).toEqual([ask, 'sk-vendor']);
  });

  it('answers Anthropic’s Messages API', async () => {
    const body = JSON.stringify({ model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'q' }] });
    const request = { path: '/v1/messages', headers, body, respond: () => json() };
    const { upstream, response } = await proxy({ modelMapping: { m: 'dep' } }).request(request);
    expect(upstream?.path).toBe('/openai/deployments/dep/chat/completions?api-version=2024-10-21');
    expect(response.json()).toMatchObject({ type: 'message', content: [{ type: 'text', text: 'hi' }] });
  });

  it('lets the operator name paths', async () => {
    const capabilities = { 'openai/v1/chatcompletions': '/own/{model}/chat' };
    const body = JSON.stringify(ask);
    const path = '/v1/chat/completions';
    const { upstream } = await proxy({ capabilities, providerBasePath: '/gw' }).request({ path, headers, body });
    expect(upstream?.path).toBe('/gw/own/gpt-4/chat?api-version=2024-10-21');
  });

  it('names a placeholder when nobody names a deployment', async () => {
    const { upstream } = await proxy().request({ path: '/v1/chat/completions', headers, body: '{"messages":[]}' });
    expect(upstream?.path).toBe('/openai/deployments/placeholder/chat/completions?api-version=2024-10-21');
    const path = '/openai/deployments/own/chat/completions?x=1';
    const { upstream: named } = await proxy().request({ path, headers, body: '{"messages":[]}' });
    expect(named?.path).toBe('/openai/deployments/own/chat/completions?x=1&api-version=2024-10-21');
  });

  it('sends bodies byte for byte where nothing is mapped', async () => {
    const body = '{ "model":"m", "messages":[], "seed": 12345678901234567890 }';
    const { upstream } = await proxy().request({ path: '/v1/chat/completions', headers, body });
    expect(upstream?.text).toBe(body);
  });

  it('runs in the plugin server', () => {
    expect(lower(configOf({}))).toMatchObject({ lowered: false, reason: expect.stringContaining('azure') });
  });

  it.each([
    [{ apiTokens: [] }, 'provider.apiTokens', /must be set/],
    [{ azureServiceUrl: '' }, 'provider.azureServiceUrl', /must be set/],
    [{ azureServiceUrl: 'res.openai.azure.com' }, 'provider.azureServiceUrl', /no URL/],
    [{ azureServiceUrl: 'https://res.openai.azure.com' }, 'provider.azureServiceUrl', /api-version/],
  ])('needs its keys: %j', (provider, path, message) => {
    let caught: unknown;
    try {
      configOf(provider);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ path, message: expect.stringMatching(message) });
  });
});
