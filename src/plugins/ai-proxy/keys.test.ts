/** Keys of single types, and what a request carries because of them. */
import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';
import OpenAI, { toFile } from 'openai';
import { httpAnswer, type TestAnswer, testPlugin } from '#plugin-sdk/testing.ts';
import { ANSWERS, SAID } from '#test/vendor-answers.ts';
import { effectiveConfig } from './config.ts';
import { harnessFetch } from './harness-fetch.ts';
import plugin from './plugin.ts';

const configOf = (provider: object) => {
  const config = effectiveConfig({ provider: { apiTokens: ['sk-vendor'], ...provider } }, undefined);
  if (!config) throw new Error('no provider is active');
  return config;
};
const proxy = (provider: object, host: object = {}) =>
  testPlugin(plugin, configOf(provider), { host: { random: () => 0, now: () => 1_700_000_000_000, ...host } });
const json = (value: unknown): TestAnswer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
const ask = { model: 'm', messages: [{ role: 'user' as const, content: 'q' }] };
const chat = (more: object = {}, path = '/v1/chat/completions') => ({
  path,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ ...ask, ...more }),
});
const sent = async (provider: object, more: object = {}, path?: string) =>
  (await proxy(provider).request(chat(more, path))).upstream;

describe('firstByteTimeout', () => {
  const headersOf = async (provider: object, more: object) => {
    const upstream = await sent({ firstByteTimeout: 700, ...provider }, more);
    return ['first-byte', 'per-try'].map((name) => upstream?.headers.get(`x-envoy-upstream-rq-${name}-timeout-ms`));
  };

  it.each(['openai', 'claude', 'gemini'])('stands in streams of type %s and in no other request', async (type) => {
    expect(await headersOf({ type }, { stream: true })).toEqual(['700', '700']);
    expect(await headersOf({ type }, {})).toEqual([undefined, undefined]);
  });

  it('stands in every request of type generic', async () => {
    expect(await headersOf({ type: 'generic' }, {})).toEqual(['700', '700']);
  });

  it('is off without a value', async () => {
    expect(await headersOf({ type: 'openai', firstByteTimeout: 0 }, { stream: true })).toEqual([undefined, undefined]);
  });
});

describe('reasoningContentMode', () => {
  const message = { role: 'assistant', content: 'a', reasoning_content: 'hm' };
  const answer = json({ output: { choices: [{ message, finish_reason: 'stop' }] }, request_id: 'r' });

  it.each([
    ['passthrough', { content: 'a', reasoning_content: 'hm' }],
    ['IGNORE', { content: 'a' }],
    ['Concat', { content: '<think>hm</think>\na' }],
    ['unheard-of', { content: 'a', reasoning_content: 'hm' }],
  ])('%s in whole answers', async (reasoningContentMode, expected) => {
    const harness = proxy({ type: 'qwen', qwenEnableCompatible: false, reasoningContentMode });
    const { response } = await harness.request({ ...chat(), respond: () => answer });
    const { choices } = response.json() as { choices: { message: object }[] };
    expect(choices[0]?.message).toEqual({ role: 'assistant', ...expected });
  });
});

describe('type claude', () => {
  it.each([
    [{}, {}, '2023-06-01'],
    [{ apiVersion: '2024-01-01' }, {}, '2024-01-01'],
    [{ claudeVersion: '2025-01-01', apiVersion: '2024-01-01' }, {}, '2025-01-01'],
    [{ claudeVersion: '2025-01-01' }, { 'anthropic-version': 'own' }, '2025-01-01'],
    [{}, { 'anthropic-version': 'own' }, 'own'],
  ])('claudeVersion and apiVersion: %j, caller %j', async (keys, headers, expected) => {
    const request = chat({}, '/v1/messages');
    const { upstream } = await proxy({ type: 'claude', ...keys }).request({
      ...request,
      headers: { ...request.headers, ...headers },
    });
    expect(upstream?.headers.get('anthropic-version')).toBe(expected);
    if (!('anthropic-version' in headers))
      expect((await sent({ type: 'claude', ...keys }))?.headers.get('anthropic-version')).toBe(expected);
  });

  it('claudeCodeMode sends tokens as Claude Code does', async () => {
    const harness = proxy({ type: 'claude', claudeCodeMode: true });
    const request = chat({ messages: [{ role: 'system', content: 'be kind' }, ...ask.messages] });
    const { upstream, response } = await harness.request({
      ...request,
      headers: { ...request.headers, 'x-api-key': 'client', authorization: 'Bearer client' },
      respond: () => ({ headers: ANSWERS.claude.whole.headers, body: String(ANSWERS.claude.whole.parts[0]) }),
    });
    expect(upstream?.path).toBe('/v1/messages?beta=true');
    expect(upstream?.headers.get('authorization')).toBe('Bearer sk-vendor');
    expect(upstream?.headers.has('x-api-key')).toBe(false);
    expect(upstream?.headers.get('x-app')).toBe('cli');
    expect(upstream?.headers.get('user-agent')).toMatch(/^claude-cli\//);
    for (const feature of [/oauth-/, /interleaved-thinking-/, /claude-code-/]) {
      expect(upstream?.headers.get('anthropic-beta')).toMatch(feature);
    }
    const cache_control = { type: 'ephemeral' };
    expect(upstream?.json()).toMatchObject({ system: [{ type: 'text', text: 'be kind', cache_control }] });
    expect(response.json()).toMatchObject({ choices: [{ message: { content: SAID } }] });
    const plain = await harness.request(chat());
    expect(plain.upstream?.json()).toMatchObject({
      system: [{ type: 'text', text: expect.stringMatching(/Claude Code/), cache_control }],
    });
  });
});

describe('timeout', () => {
  it('limits the fetch of a context file', async () => {
    const context = { fileUrl: 'http://files.example/a.txt', serviceName: 'f.dns', servicePort: 80 };
    const http = () => httpAnswer('facts');
    const timeouts = [{}, { timeout: 7 }].map(async (more) => {
      const harness = proxy({ type: 'openai', context, ...more }, { http });
      await harness.request(chat());
      return harness.calls.map(({ timeoutMs }) => timeoutMs);
    });
    expect(await Promise.all(timeouts)).toEqual([[120_000], [7]]);
  });

  it('is not the time that an answer may take', async () => {
    const upstream = await sent({ type: 'openai', timeout: 7 });
    expect([...(upstream?.headers.entries() ?? [])].flat().filter((word) => word === '7')).toEqual([]);
  });
});

describe('moonshotFileId', () => {
  const provider = { type: 'moonshot', moonshotFileId: 'f/1', timeout: 9 };

  it('inserts what the file says, fetched once with the token of the request', async () => {
    const harness = proxy(provider, { http: () => httpAnswer({ content: 'known facts', filename: 'a.txt' }) });
    for (let round = 0; round < 2; round += 1) {
      const { upstream } = await harness.request({ ...chat(), clusterName: 'outbound|443||moonshot.dns' });
      expect(upstream?.json()).toEqual({
        ...ask,
        messages: [{ role: 'system', content: 'known facts' }, ...ask.messages],
      });
    }
    expect(harness.calls).toHaveLength(1);
    expect(harness.calls[0]).toMatchObject({
      cluster: 'outbound|443||moonshot.dns',
      method: 'GET',
      path: '/v1/files/f%2F1/content',
      headers: { host: 'api.moonshot.cn', authorization: 'Bearer sk-vendor' },
      timeoutMs: 9,
    });
  });

  it.each([
    [() => httpAnswer('{}', 404), /status 404/],
    [() => httpAnswer('no JSON'), /no "content"/],
    [() => Promise.reject(new Error('not reachable')), /not reachable/],
  ])('tells a failure (%#) and tries again', async (http, reason) => {
    const harness = proxy(provider, { http });
    for (let round = 0; round < 2; round += 1) {
      const { response, reply } = await harness.request(chat());
      expect([response.status, reply?.details]).toEqual([500, 'ai-proxy.moonshot.load_ctx_failed']);
      expect(response.text).toMatch(reason);
    }
    expect(harness.calls).toHaveLength(2);
  });

  it('does not go together with context', () => {
    const context = { fileUrl: 'http://files.example/a.txt', serviceName: 'f.dns', servicePort: 80 };
    expect(() => proxy({ ...provider, context })).toThrow(/context/);
  });
});

describe('thinking of Messages requests', () => {
  const send = async (type: string, more: object) => {
    const through = harnessFetch(proxy({ type }), () => ({
      headers: ANSWERS.openai.whole.headers,
      body: String(ANSWERS.openai.whole.parts[0]),
    }));
    const anthropic = new Anthropic({ apiKey: 'client', baseURL: 'http://gw', fetch: through.fetch, maxRetries: 0 });
    await anthropic.messages.create({ ...ask, max_tokens: 9000, ...more });
    return through.results[0]?.upstream?.json();
  };
  const thinking = { type: 'enabled', budget_tokens: 5000 };

  it('is turned on and off for zhipuai', async () => {
    const [on, off] = [await send('zhipuai', { thinking }), await send('zhipuai', {})];
    expect(on).toMatchObject({ thinking: { type: 'enabled' } });
    expect(on).not.toHaveProperty('reasoning_effort');
    expect(off).toMatchObject({ thinking: { type: 'disabled' } });
    expect((await sent({ type: 'zhipuai' }))?.json()).toEqual(ask);
  });

  it('keeps its budget for openrouter', async () => {
    const body = await send('openrouter', { thinking });
    expect(body).toMatchObject({ reasoning: { max_tokens: 5000 } });
    expect(body).not.toHaveProperty('reasoning_effort');
    expect(await send('openrouter', {})).not.toHaveProperty('reasoning');
    const own = (await sent({ type: 'openrouter' }, { reasoning_max_tokens: 7, reasoning_effort: 'low' }))?.json();
    expect(own).toEqual({ ...ask, reasoning: { max_tokens: 7 } });
  });
});

describe('customSettings', () => {
  const NAMES = ['max_tokens', 'temperature', 'top_p', 'top_k', 'seed'];
  const settings = NAMES.map((name, index) => ({ name, value: index + 1 }));
  const raw = { name: 'own.deep', value: 'x', mode: 'raw' };

  /** The protocol to what its bodies hold for 1 … 5. */
  it.each<[string, object, string, object, object]>([
    ['openai', { type: 'openai' }, '/v1/chat/completions', ask, { max_tokens: 1, temperature: 2, top_p: 3, seed: 5 }],
    [
      'baidu',
      { type: 'baidu', protocol: 'original' },
      '/v2/chat/completions',
      ask,
      { max_output_tokens: 1, temperature: 2, top_p: 3 },
    ],
    [
      'spark',
      { type: 'spark', protocol: 'original' },
      '/v1/chat/completions',
      ask,
      { max_tokens: 1, temperature: 2, top_k: 4 },
    ],
    [
      'qwen',
      { type: 'qwen', qwenEnableCompatible: false, protocol: 'original' },
      '/api/v1/services/aigc/text-generation/generation',
      { model: 'm', input: {} },
      { parameters: { max_tokens: 1, temperature: 2, top_p: 3, top_k: 4, seed: 5, own: { deep: 'x' } } },
    ],
    [
      'gemini',
      { type: 'gemini', protocol: 'original' },
      '/v1beta/models/m:generateContent',
      { contents: [] },
      { generation_config: { maxOutputTokens: 1, temperature: 2, topP: 3, topK: 4, own: { deep: 'x' } } },
    ],
    [
      'hunyuan',
      { type: 'hunyuan', hunyuanAuthId: 'i'.repeat(36), hunyuanAuthKey: 'k'.repeat(32), protocol: 'original' },
      '/',
      { Model: 'm' },
      { Temperature: 2, TopP: 3 },
    ],
    [
      'claude',
      { type: 'claude', protocol: 'original' },
      '/v1/messages',
      ask,
      { max_tokens: 1, temperature: 2, top_p: 3, top_k: 4 },
    ],
    [
      'minimax',
      { type: 'minimax', minimaxApiType: 'pro', minimaxGroupId: 'g', protocol: 'original' },
      '/v1/text/chatcompletion_pro',
      { model: 'm' },
      { tokens_to_generate: 1, temperature: 2, top_p: 3 },
    ],
  ])('of protocol %s', async (_name, provider, path, body, expected) => {
    const harness = proxy({ ...provider, customSettings: [...settings, raw] });
    const request = { path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const own = 'parameters' in expected || 'generation_config' in expected ? {} : { own: { deep: 'x' } };
    expect((await harness.request(request)).upstream?.json()).toEqual({ ...body, ...expected, ...own });
  });

  it('reach vendors that are translated to through OpenAI’s names', async () => {
    const upstream = await sent({ type: 'claude', customSettings: settings });
    expect(upstream?.json()).toMatchObject({ max_tokens: 1, temperature: 2, top_p: 3 });
  });

  it('leave what is there with overwrite false', async () => {
    const customSettings = [{ name: 'temperature', value: 9, overwrite: false }];
    const upstream = await sent({ type: 'openai', customSettings }, { temperature: 0 });
    expect(upstream?.json()).toEqual({ ...ask, temperature: 0 });
  });
});

describe('forms of pictures', () => {
  const bytes = Buffer.from([0, 1, 13, 10, 45, 45, 255]);
  const client = (provider: object) => {
    const through = harnessFetch(proxy(provider), () => json({ data: [] }));
    const openai = new OpenAI({ apiKey: 'client', baseURL: 'http://gw/v1', fetch: through.fetch, maxRetries: 0 });
    return { openai, ...through };
  };
  const formOf = (body: Buffer, type: string | undefined) =>
    new Response(new Uint8Array(body), { headers: { 'content-type': type ?? '' } }).formData();

  it.each([
    ['openai', {}],
    ['yi', { capabilities: { 'openai/v1/imageedit': '/e', 'openai/v1/imagevariation': '/v' } }],
  ])('have their model mapped for type %s, the picture kept', async (type, more) => {
    const { openai, results } = client({ type, modelMapping: { 'gpt-*': 'größer' }, ...more });
    const image = await toFile(bytes, 'a.png', { type: 'image/png' });
    await openai.images.edit({ model: 'gpt-image', prompt: 'p', image });
    await openai.images.createVariation({ model: 'gpt-image', image });
    for (const { upstream } of results) {
      const form = await formOf(upstream?.body ?? Buffer.alloc(0), upstream?.headers.get('content-type'));
      expect(form.get('model')).toBe('größer');
      expect(Buffer.from(await (form.get('image') as File).arrayBuffer())).toEqual(bytes);
      expect(upstream?.headers.get('content-length')).toBe(String(upstream?.body.length));
    }
  });

  it('get a model where `*` names one', async () => {
    const { openai, results } = client({ type: 'openai', modelMapping: { '*': 'rest' } });
    const image = await toFile(bytes, 'a.png', { type: 'image/png' });
    await openai.images.createVariation({ image });
    const { upstream } = results[0] ?? {};
    const form = await formOf(upstream?.body ?? Buffer.alloc(0), upstream?.headers.get('content-type'));
    expect(form.get('model')).toBe('rest');
  });

  it('pass byte for byte when nothing is mapped, and so do forms of other APIs', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const body = '--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nm\r\n--x--\r\n';
    for (const [provider, path] of [
      [{ type: 'openai' }, '/v1/images/edits'],
      [{ type: 'openai', modelMapping: { other: 'y' } }, '/v1/images/edits'],
      [{ type: 'openai', modelMapping: { m: 'y' } }, '/v1/audio/transcriptions'],
    ] as const) {
      expect((await proxy(provider).request({ path, headers, body })).upstream?.text).toBe(body);
    }
  });
});
