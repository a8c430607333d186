/** Type triton through the plugin's hooks, judged by the SDK of OpenAI. */
import { describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { type TestAnswer, testPlugin } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import { harnessFetch } from './harness-fetch.ts';
import plugin from './plugin.ts';

const proxy = (provider: object = {}) => {
  const settings = { type: 'triton', apiTokens: ['unused'], tritonDomain: 'triton.test', ...provider };
  const config = effectiveConfig({ provider: settings }, undefined);
  if (!config) throw new Error('no provider is active');
  return testPlugin(plugin, config, { host: { random: () => 0, now: () => 1_700_000_000_000 } });
};
const ID = '00000000-0000-4000-8000-000000000000';
const json = (value: unknown, status = 200): TestAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
const sse = (...events: readonly object[]): TestAnswer => ({
  headers: { 'content-type': 'text/event-stream' },
  body: events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''),
});
const output = (text_output: unknown) => ({ model_name: 'ensemble', model_version: '1', text_output });
const client = (answer: TestAnswer, provider: object = {}) => {
  const through = harnessFetch(proxy(provider), () => answer);
  const openai = new OpenAI({ apiKey: 'client', baseURL: 'http://gw/v1', fetch: through.fetch, maxRetries: 0 });
  return { openai, ...through };
};
const ask = {
  model: 'gpt-4',
  messages: [
    { role: 'system' as const, content: 's' },
    { role: 'user' as const, content: [{ type: 'text' as const, text: 'q' }] },
  ],
};

describe('type triton', () => {
  it.each([
    ['', '/v2/models/my%20llm/generate'],
    ['3', '/v2/models/my%20llm/versions/3/generate'],
  ])('gets a whole answer of version "%s"', async (tritonModelVersion, path) => {
    const provider = { tritonModelVersion, modelMapping: { '*': 'my llm' } };
    const { openai, results } = client(json(output('hi 🌧')), provider);
    const answer = await openai.chat.completions.create({ ...ask, temperature: 0.5, max_tokens: 9 });
    expect(answer).toEqual({
      id: `chatcmpl-${ID}`,
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'ensemble',
      choices: [{ index: 0, message: { role: 'assistant', content: 'hi 🌧' }, finish_reason: 'stop', logprobs: null }],
      usage: null,
    });
    const upstream = results[0]?.upstream;
    expect([upstream?.authority, upstream?.path, upstream?.headers.has('authorization')]).toEqual([
      'triton.test',
      path,
      false,
    ]);
    expect(upstream?.json()).toEqual({
      id: ID,
      text_input: 'q',
      parameters: { stream: false, temperature: 0.5, max_tokens: 9 },
    });
  });

  it('gets a stream, its version in the right place', async () => {
    const harness = proxy({ tritonModelVersion: '3' });
    const body = JSON.stringify({ ...ask, stream: true });
    const { headers } = sse();
    const bytes = Buffer.from(String(sse(output('Zür'), output('ich 🌧')).body));
    const run = (...chunks: readonly Uint8Array[]) =>
      harness.request({
        path: '/v1/chat/completions',
        headers: { 'content-type': 'application/json' },
        body,
        respond: () => ({ ...(headers ? { headers } : {}), chunks }),
      });
    const whole = await run(bytes);
    expect(whole.upstream?.path).toBe('/v2/models/gpt-4/versions/3/generate_stream');
    expect(whole.upstream?.json()).toMatchObject({ parameters: { stream: true } });
    const events = whole.response.events().map(({ data }) => data ?? '');
    const chunks = events.slice(0, -1).map((data) => JSON.parse(data));
    expect(chunks.map(({ choices }) => [choices[0].delta, choices[0].finish_reason])).toEqual([
      [{ role: 'assistant', content: '' }, null],
      [{ content: 'Zür' }, null],
      [{ content: 'ich 🌧' }, null],
      [{}, 'stop'],
    ]);
    expect(events.filter((data) => data === '[DONE]')).toHaveLength(1);
  });

  it('tells errors', async () => {
    const create = (answer: TestAnswer) => client(answer).openai.chat.completions.create(ask);
    await expect(create(json({ error: 'no such model' }))).rejects.toMatchObject({
      status: 500,
      error: { message: 'no such model' },
    });
    await expect(create(json({ error: 'bad' }, 400))).rejects.toMatchObject({ status: 400, error: { message: 'bad' } });
    const read = async () => {
      const { openai } = client(sse(output('a'), { error: 'out of memory' }));
      for await (const chunk of await openai.chat.completions.create({ ...ask, stream: true }))
        expect(chunk.usage).toBeNull();
    };
    await expect(read()).rejects.toThrow('out of memory');
  });

  it('passes its own paths under protocol original', async () => {
    const path = '/v2/models/m/generate?x=1';
    const body = '{"text_input": "q"}';
    const headers = { 'content-type': 'application/json' };
    const { upstream, response } = await proxy({ protocol: 'original' }).request({
      path,
      headers,
      body,
      respond: () => json(output('a')),
    });
    expect([upstream?.path, upstream?.text, upstream?.authority]).toEqual([path, body, 'triton.test']);
    expect(response.json()).toEqual(output('a'));
  });

  it('needs a token, though it sends none', () => {
    expect(() => proxy({ apiTokens: [] })).toThrow(/must be set for type "triton"/);
  });
});
