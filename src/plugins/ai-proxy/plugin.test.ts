import { readFileSync } from 'node:fs';
import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import type { PluginConfigError } from '#plugin-sdk/definition.ts';
import { type TestAnswer, type TestRequest, testPlugin, type UpstreamRequest } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import { harnessFetch } from './harness-fetch.ts';
import plugin from './plugin.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../ai/providers/claude/fixtures/${name}`, import.meta.url), 'utf8');

const configOf = (provider: object) => {
  const config = effectiveConfig({ provider: { apiTokens: ['sk-vendor'], ...provider } }, undefined);
  if (!config) throw new Error('no provider is active');
  return config;
};
const proxy = (provider: object, random = 0) =>
  testPlugin(plugin, configOf(provider), { host: { random: () => random, now: () => 1_700_000_000_000 } });
const chat = (body: object | string, more: TestRequest = {}): TestRequest => ({
  path: '/v1/chat/completions',
  headers: { 'content-type': 'application/json', authorization: 'Bearer client', 'accept-encoding': 'gzip' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
  ...more,
});

const sse = (lines: readonly string[], named = false): TestAnswer => ({
  headers: { 'content-type': 'text/event-stream' },
  body: lines.map((line) => `${named ? `event: ${JSON.parse(line).type}\n` : ''}data: ${line}\n\n`).join(''),
});
const claudeStream = (name: string) => sse(fixture(name).trim().split('\n'), true);

describe('effective configuration', () => {
  const providers = [
    { id: 'a', type: 'openai', apiTokens: ['t'] },
    { id: 'b', type: 'nonsense' },
  ];

  it('puts rule keys on top of the global ones and takes the active provider', () => {
    expect(effectiveConfig({ providers }, { activeProviderId: 'a' })?.provider).toMatchObject({
      id: 'a',
      type: 'openai',
    });
  });

  it('does nothing without an active provider', () => {
    expect(effectiveConfig({ providers }, undefined)).toBeUndefined();
    expect(effectiveConfig({ providers }, { activeProviderId: 'nobody' })).toBeUndefined();
    expect(effectiveConfig(undefined, undefined)).toBeUndefined();
  });

  it.each([
    [{ type: 'nonsense' }, 'provider.type', /no known provider type/],
    [{ type: 'gemini', apiTokens: [] }, 'provider.apiTokens', /must be set for type "gemini"/],
    [{ type: 'moonshot', apiTokens: [] }, 'provider.apiTokens', /must be set for type "moonshot"/],
    [{ type: 'claude', apiTokens: [] }, 'provider.apiTokens', /must be set/],
    [{ type: 'ollama', ollamaServerHost: 'h' }, 'provider.ollamaServerPort', /must be set/],
    [{ type: 'openai', protocol: 'grpc' }, 'provider.protocol', /./],
    [{ type: 'openai', modelMapping: { a: 1 } }, 'provider.modelMapping.a', /./],
    [{ type: 'openai', modelMapping: { '~(': 'x' } }, 'provider.modelMapping', /RE2/],
    [{ type: 'openai', failover: { enabled: true } }, 'provider.failover.healthCheckModel', /must be set/],
    [{ type: 'openai', context: { fileUrl: 'http://a/b' } }, 'provider.context.serviceName', /./],
  ])('refuses %p at %s', (provider, path, message) => {
    try {
      configOf(provider);
      throw new Error('was accepted');
    } catch (error) {
      expect((error as PluginConfigError).path).toBe(path);
      expect((error as Error).message).toMatch(message);
    }
  });

  it('survives the way through JSON that chains take, with the order of the mapping', () => {
    const config = configOf({ type: 'openai', modelMapping: { 'z*': '1', 'a*': '2' } });
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
    expect(config.provider.modelMapping).toEqual([
      ['z*', '1'],
      ['a*', '2'],
    ]);
  });
});

describe('OpenAI-compatible vendors', () => {
  it.each([
    ['openai', {}, 'api.openai.com', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['moonshot', {}, 'api.moonshot.cn', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['qwen', {}, 'dashscope.aliyuncs.com', '/compatible-mode/v1/chat/completions', 'Bearer sk-vendor'],
    ['doubao', {}, 'ark.cn-beijing.volces.com', '/api/v3/chat/completions', 'Bearer sk-vendor'],
    ['deepseek', {}, 'api.deepseek.com', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['ollama', { ollamaServerHost: 'h', ollamaServerPort: 11434 }, 'h:11434', '/v1/chat/completions', 'Bearer client'],
    ['minimax', {}, 'api.minimax.chat', '/v1/text/chatcompletion_v2', 'Bearer sk-vendor'],
    ['baidu', {}, 'qianfan.baidubce.com', '/v2/chat/completions', 'Bearer sk-vendor'],
    ['hunyuan', {}, 'api.hunyuan.cloud.tencent.com', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['spark', {}, 'spark-api-open.xf-yun.com', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['mistral', {}, 'api.mistral.ai', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['groq', {}, 'api.groq.com', '/openai/v1/chat/completions', 'Bearer sk-vendor'],
    ['github', {}, 'models.inference.ai.azure.com', '/chat/completions', 'sk-vendor'],
    ['ai360', {}, 'api.360.cn', '/v1/chat/completions', 'sk-vendor'],
    ['baichuan', {}, 'api.baichuan-ai.com', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['yi', {}, 'api.lingyiwanwu.com', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['stepfun', {}, 'api.stepfun.com', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['zhipuai', {}, 'open.bigmodel.cn', '/api/paas/v4/chat/completions', 'Bearer sk-vendor'],
    [
      'zhipuai',
      { zhipuDomain: 'api.z.ai', zhipuCodePlanMode: true },
      'api.z.ai',
      '/api/coding/paas/v4/chat/completions',
      'Bearer sk-vendor',
    ],
    [
      'cloudflare',
      { cloudflareAccountId: 'acc' },
      'api.cloudflare.com',
      '/client/v4/accounts/acc/ai/v1/chat/completions',
      'Bearer sk-vendor',
    ],
    ['coze', {}, 'api.coze.cn', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['together-ai', {}, 'api.together.xyz', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['openrouter', {}, 'openrouter.ai', '/api/v1/chat/completions', 'Bearer sk-vendor'],
    ['grok', {}, 'api.x.ai', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['longcat', {}, 'api.longcat.chat', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['fireworks', {}, 'api.fireworks.ai', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['vllm', { vllmServerHost: 'v.local:8000' }, 'v.local', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['generic', {}, 'example.com', '/v1/chat/completions', 'Bearer sk-vendor'],
    ['generic', { genericHost: 'g' }, 'g', '/v1/chat/completions', 'Bearer sk-vendor'],
  ])('%s %p', async (type, more, host, path, authorization) => {
    const { upstream } = await proxy({ type, ...more }).request(chat({ model: 'm', messages: [] }));
    expect([upstream?.authority, upstream?.path, upstream?.headers.get('authorization')]).toEqual([
      host,
      path,
      authorization,
    ]);
    expect(upstream?.headers.has('accept-encoding')).toBe(false);
  });

  it('changes only the model in the body, byte for byte', async () => {
    const body = '{ "messages":[], "seed": 12345678901234567890,\n"model" :"gpt-4", "x_unknown":1.10 }';
    const { upstream } = await proxy({ type: 'mistral', modelMapping: { 'gpt-*': 'large' } }).request(chat(body));
    expect(upstream?.text).toBe(body.replace('"gpt-4"', '"large"'));
    expect(upstream?.headers.get('content-length')).toBe(String(body.length));
  });

  it('adds a model where `*` names one, and passes what is no JSON', async () => {
    const harness = proxy({ type: 'mistral', modelMapping: { '*': 'large' } });
    expect((await harness.request(chat('{"messages":[]}'))).upstream?.text).toBe('{"messages":[],"model":"large"}');
    expect((await harness.request(chat('{oops'))).upstream?.text).toBe('{oops');
  });

  it('asks for usage in chat streams only, and keeps what the caller asked', async () => {
    const harness = proxy({ type: 'openai' });
    const sent = async (path: string, body: object) => (await harness.request(chat(body, { path }))).upstream?.json();
    const stream = { model: 'm', stream: true };
    expect(await sent('/v1/chat/completions', stream)).toEqual({ ...stream, stream_options: { include_usage: true } });
    const own = { ...stream, stream_options: { include_usage: false, other: 1 } };
    expect(await sent('/v1/chat/completions', own)).toEqual(own);
    for (const path of ['/v1/completions', '/v1/responses', '/v1/images/generations'])
      expect(await sent(path, stream)).toEqual(stream);
  });

  it.each([
    ['http://h/v1', '/v1/chat/completions', '/v1/chat/completions'],
    ['http://h/compatible-mode/v1', '/v1/chat/completions', '/compatible-mode/v1/chat/completions'],
    ['http://h/x/v1/chat/completions', '/v1/embeddings', '/x/v1/chat/completions'],
    ['h:8443/base/', '/v1/files/f-1/content', '/base/files/f-1/content'],
    ['https://h', '/pre/v1/models', '/v1/models'],
  ])('openaiCustomUrl %s: %s goes to %s', async (openaiCustomUrl, path, expected) => {
    const { upstream } = await proxy({ type: 'openai', openaiCustomUrl }).request({ path });
    expect([upstream?.authority.split(':')[0], upstream?.path]).toEqual(['h', expected]);
  });

  it.each([
    ['/v1/fine_tuning/jobs/ft-1/events?after=x&limit=2', '/v1/fine_tuning/jobs/ft-1/events?after=x&limit=2'],
    ['/v1/fine_tuning/checkpoints/ck/permissions/p-1', '/v1/fine_tuning/checkpoints/ck/permissions/p-1'],
    ['/proxy/v1/batches/b%2F1/cancel', '/v1/batches/b%2F1/cancel'],
    ['/a%2Fb/c%20d?x', '/a%2Fb/c%20d?x'],
  ])('fills the path of %s', async (path, expected) => {
    const { upstream } = await proxy({ type: 'openai', subPath: '/proxy' }).request({ path });
    expect(upstream?.path).toBe(expected);
    expect(upstream?.headers.get('x-envoy-original-path')).toBe(path === expected ? undefined : path);
  });

  it('strips, prepends and prefixes paths', async () => {
    const path = async (provider: object, asked: string) =>
      (await proxy({ type: 'doubao', ...provider }).request({ path: asked })).upstream?.path;
    expect(await path({ basePath: '/proxy' }, '/proxy/v1/embeddings')).toBe('/api/v3/embeddings');
    expect(await path({ basePath: '/b', basePathHandling: 'prepend' }, '/v1/embeddings')).toBe('/b/api/v3/embeddings');
    expect(await path({ providerBasePath: '/p/' }, '/v1/embeddings')).toBe('/p/api/v3/embeddings');
    expect(await path({ protocol: 'original', subPath: '/s' }, '/s/api/v3/x?y=1')).toBe('/api/v3/x?y=1');
  });

  it('refuses APIs that the vendor does not have, unless the operator names a path', async () => {
    const ask = chat({ model: 'm' }, { path: '/v1/audio/speech' });
    const refused = await proxy({ type: 'yi' }).request(ask);
    expect(refused.response.status).toBe(500);
    expect(refused.reply?.details).toBe('ai-proxy.proc_req_body_failed');
    expect(refused.response.text).toBe('failed to process request body: unsupported API name');
    const own = await proxy({ type: 'yi', capabilities: { 'openai/v1/audiospeech': '/speak' } }).request(ask);
    expect(own.upstream?.path).toBe('/speak');
  });

  it('lets configured capabilities win over the type’s own', async () => {
    const harness = proxy({ type: 'yi', capabilities: { 'openai/v1/chatcompletions': '/mine' } });
    expect((await harness.request(chat({ model: 'm' }))).upstream?.path).toBe('/mine');
  });

  it('forwards Wanx requests of qwen with nothing changed but host and token', async () => {
    const harness = proxy({ type: 'qwen', modelMapping: { a: 'b' } });
    const path = '/api/v1/services/aigc/text2image/image-synthesis';
    const posted = await harness.request(chat('{"model":"a","input":{}}', { path }));
    expect([posted.upstream?.path, posted.upstream?.text]).toEqual([path, '{"model":"b","input":{}}']);
    const got = await harness.request({ path: '/api/v1/tasks/t-1' });
    expect([got.upstream?.path, got.upstream?.authority]).toEqual(['/api/v1/tasks/t-1', 'dashscope.aliyuncs.com']);
  });

  it('draws one of several tokens; consumers of stateful APIs keep theirs', async () => {
    const apiTokens = ['t0', 't1', 't2'];
    const auth = async (random: number, more: TestRequest) =>
      (await proxy({ type: 'openai', apiTokens }, random).request(more)).upstream?.headers.get('authorization');
    expect([await auth(0, {}), await auth(0.5, {}), await auth(0.999, {})]).toEqual([
      'Bearer t0',
      'Bearer t1',
      'Bearer t2',
    ]);
    const files: TestRequest = { path: '/v1/files', headers: { 'x-mse-consumer': 'ann' } };
    expect(await auth(0, files)).toBe(await auth(0.999, files));
  });

  it('sends the caller’s key when type openai has none', async () => {
    const auth = async (headers: Record<string, string>, authHeaderKey = '') =>
      (await proxy({ type: 'openai', apiTokens: [], authHeaderKey }).request({ headers })).upstream?.headers.get(
        'authorization',
      );
    expect(await auth({ authorization: 'Bearer c' })).toBe('Bearer c');
    expect(await auth({ 'x-api-key': 'k', authorization: 'Bearer c' })).toBe('Bearer k');
    expect(await auth({ 'x-mine': 'Bearer m', 'x-api-key': 'k' }, 'X-Mine')).toBe('Bearer m');
  });

  it('keeps bodies of the original protocol', async () => {
    const body = '{"model":"a","stream":true}';
    const harness = proxy({ type: 'doubao', protocol: 'original', modelMapping: { a: 'b' } });
    const { upstream } = await harness.request(chat(body, { path: '/api/v3/chat/completions' }));
    expect([upstream?.text, upstream?.path]).toEqual([body, '/api/v3/chat/completions']);
  });

  it('does not read bodies that are not JSON', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const { upstream } = await proxy({ type: 'openai' }).request({ path: '/v1/files', headers, body: '--x--' });
    expect([upstream?.text, upstream?.headers.get('authorization')]).toEqual(['--x--', 'Bearer sk-vendor']);
  });

  it('applies custom settings, the response schema and message edits', async () => {
    const harness = proxy({
      type: 'openai',
      customSettings: [
        { name: 'max_tokens', value: 9 },
        { name: 'temperature', value: 1, overwrite: false },
        { name: 'top_k', value: 3 },
        { name: 'deep.a.b', value: true, mode: 'raw' },
      ],
      responseJsonSchema: { name: 's' },
      contextCleanupCommands: ['/clear'],
      mergeConsecutiveMessages: true,
    });
    const { upstream } = await harness.request(
      chat({
        model: 'm',
        temperature: 0.1,
        deep: { c: 1 },
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'old' },
          { role: 'user', content: '/clear' },
          { role: 'developer', content: 'd' },
          { role: 'user', content: 'a' },
          { role: 'user', content: 'b' },
        ],
      }),
    );
    expect(upstream?.json()).toEqual({
      model: 'm',
      temperature: 0.1,
      deep: { c: 1, a: { b: true } },
      max_tokens: 9,
      response_format: { type: 'json_schema', json_schema: { name: 's' } },
      messages: [
        { role: 'system', content: 's' },
        { role: 'system', content: 'd' },
        { role: 'user', content: 'a\n\nb' },
      ],
    });
  });

  it('inserts the context file behind the system messages and fetches it once', async () => {
    const context = { fileUrl: 'http://files.example/a.txt?v=1', serviceName: 'f.dns', servicePort: 80 };
    const harness = testPlugin(plugin, configOf({ type: 'openai', context }), {
      host: { http: () => ({ status: 200, headers: {}, body: Buffer.from('known facts') }) },
    });
    for (let round = 0; round < 2; round += 1) {
      const { upstream } = await harness.request(chat({ model: 'm', messages: [{ role: 'user', content: 'q' }] }));
      expect(upstream?.json()).toMatchObject({
        messages: [{ role: 'system', content: 'known facts' }, { role: 'user' }],
      });
    }
    expect(harness.calls.map((call) => [call.cluster, call.path])).toEqual([['outbound|80||f.dns', '/a.txt?v=1']]);
  });

  it('passes answers byte for byte', async () => {
    const body = '{"id":1e2,"choices":[ ]}';
    const { response } = await proxy({ type: 'openai' }).request(chat({ model: 'm' }, { respond: () => ({ body }) }));
    expect(response.text).toBe(body);
  });

  it('lifts the usage of moonshot streams', async () => {
    const chunk = '{"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"total_tokens":3}}]}';
    const respond = () => sse([chunk, '[DONE]']);
    const { response } = await proxy({ type: 'moonshot' }).request(chat({ model: 'm', stream: true }, { respond }));
    expect(JSON.parse(response.events()[0]?.data ?? '')).toMatchObject({ usage: { total_tokens: 3 } });
    expect(response.events().at(-1)?.data).toBe('[DONE]');
  });

  it('shows the reasoning of an answer that has no text', async () => {
    const harness = proxy({ type: 'openai', promoteThinkingOnEmpty: true });
    const message = { role: 'assistant', content: ' ', reasoning_content: 'because' };
    const whole = await harness.request(
      chat({ model: 'm' }, { respond: () => ({ body: JSON.stringify({ choices: [{ index: 0, message }] }) }) }),
    );
    expect(whole.response.json()).toEqual({
      choices: [{ index: 0, message: { role: 'assistant', content: 'because' } }],
    });
    const delta = (value: object, finish: string | null = null) =>
      JSON.stringify({ id: 'i', choices: [{ index: 0, delta: value, finish_reason: finish }] });
    const lines = [
      delta({ reasoning_content: 'be' }),
      delta({ reasoning_content: 'cause' }),
      delta({}, 'stop'),
      '[DONE]',
    ];
    const streamed = await harness.request(chat({ model: 'm', stream: true }, { respond: () => sse(lines) }));
    const events = streamed.response.events().map((event) => event.data);
    expect(events).toHaveLength(3);
    expect(JSON.parse(events[0] ?? '')).toMatchObject({
      choices: [{ delta: { content: 'because' }, finish_reason: null }],
    });
    expect([events[1], events[2]]).toEqual([lines[2], '[DONE]']);
  });

  it('warns once of settings that do not act yet', async () => {
    const harness = proxy({ type: 'openai', capabilities: { 'openai/v9/chat': '/x' } });
    await harness.request({});
    await harness.request({});
    expect(harness.logs).toHaveLength(1);
    expect(harness.logs[0]).toMatchObject({
      level: 'warn',
      fields: { note: expect.stringContaining('openai/v9/chat') },
    });
  });
});

describe('type claude, by the client of OpenAI', () => {
  const client = (respond: (upstream: UpstreamRequest) => TestAnswer, provider: object = {}) => {
    const through = harnessFetch(
      proxy({ type: 'claude', modelMapping: { 'gpt-*': 'claude-test' }, ...provider }),
      respond,
    );
    return {
      openai: new OpenAI({ apiKey: 'client', baseURL: 'http://gw/v1', fetch: through.fetch, maxRetries: 0 }),
      ...through,
    };
  };
  const ask = { model: 'gpt-4', messages: [{ role: 'user' as const, content: 'q' }] };

  it('gets a whole answer', async () => {
    const { openai, results } = client(() => ({ body: fixture('text.answer.json') }));
    const answer = await openai.chat.completions.create(ask);
    expect(answer.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: 'weather' } });
    expect(answer.created).toBe(1_700_000_000);
    const upstream = results[0]?.upstream;
    expect([
      upstream?.authority,
      upstream?.path,
      upstream?.headers.get('x-api-key'),
      upstream?.headers.get('anthropic-version'),
    ]).toEqual(['api.anthropic.com', '/v1/messages', 'sk-vendor', '2023-06-01']);
    expect(upstream?.headers.has('authorization')).toBe(false);
    expect(upstream?.json()).toMatchObject({ model: 'claude-test', max_tokens: 4096 });
  });

  it('gets a stream', async () => {
    const { openai, results } = client(() => claudeStream('tools-and-thinking.stream.jsonl'));
    const final = await openai.chat.completions.stream(ask).finalChatCompletion();
    const message = final.choices[0]?.message;
    expect(message?.content).toBe('Looking.');
    expect(message?.tool_calls?.map((call) => call.type === 'function' && call.function.arguments)).toEqual([
      '{"city": "Paris"}',
      '{"city":"Rom"}',
    ]);
    expect(final.usage?.total_tokens).toBe(101);
    expect(results[0]?.upstream?.json()).not.toHaveProperty('stream_options');
    expect(results[0]?.upstream?.headers.get('accept')).toBe('text/event-stream');
  });

  it('gets the vendor’s status and text as an OpenAI error', async () => {
    const error = { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } };
    const { openai } = client(() => ({ status: 429, body: JSON.stringify(error) }));
    const failed = await openai.chat.completions.create(ask).catch((caught: unknown) => caught);
    expect(failed).toBeInstanceOf(OpenAI.RateLimitError);
    expect(failed).toMatchObject({
      status: 429,
      type: 'rate_limit_error',
      error: { message: 'slow down', param: null },
    });
  });

  it('gets an error inside a stream as an error', async () => {
    const { openai } = client(() => claudeStream('overloaded.stream.jsonl'));
    await expect(openai.chat.completions.stream(ask).finalChatCompletion()).rejects.toThrow(/Overloaded/);
  });

  it('keeps concurrent requests apart', async () => {
    const { openai } = client((upstream) => {
      const answer = JSON.parse(fixture('text.answer.json'));
      return { body: JSON.stringify({ ...answer, id: `msg_${(upstream.json() as typeof ask).messages[0]?.content}` }) };
    });
    const answers = await Promise.all(
      ['1', '2', '3'].map((content) =>
        openai.chat.completions.create({ ...ask, messages: [{ role: 'user', content }] }),
      ),
    );
    expect(answers.map((answer) => answer.id)).toEqual(['msg_1', 'msg_2', 'msg_3']);
  });

  it('refuses what cannot be translated', async () => {
    const { response } = await proxy({ type: 'claude' }).request(chat('{"messages":[]}'));
    expect([response.status, response.text]).toEqual([500, 'failed to process request body: missing model in request']);
    expect((await proxy({ type: 'claude' }).request(chat('nonsense'))).response.status).toBe(500);
  });
});

describe('Anthropic’s client', () => {
  const ask = { model: 'm', max_tokens: 50, messages: [{ role: 'user' as const, content: 'q' }] };
  const client = (provider: object, respond: (upstream: UpstreamRequest) => TestAnswer) => {
    const through = harnessFetch(proxy(provider), respond);
    return {
      anthropic: new Anthropic({ apiKey: 'client', baseURL: 'http://gw', fetch: through.fetch, maxRetries: 0 }),
      ...through,
    };
  };

  it('reaches claude without translation', async () => {
    const body = fixture('text.answer.json');
    const { anthropic, results } = client({ type: 'claude', modelMapping: { m: 'mapped' } }, () => ({
      body,
      headers: { 'content-type': 'application/json' },
    }));
    expect((await anthropic.messages.create(ask)).id).toBe('msg_1');
    expect(results[0]?.response.text).toBe(body);
    expect(results[0]?.upstream?.json()).toEqual({ ...ask, model: 'mapped' });
    expect(results[0]?.upstream?.headers.get('x-api-key')).toBe('sk-vendor');
  });

  it('talks to a vendor that speaks OpenAI only', async () => {
    const message = {
      content: 'Hi',
      reasoning_content: 'hm',
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
    };
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 2,
      total_tokens: 12,
      prompt_tokens_details: { cached_tokens: 4 },
    };
    const { anthropic, results } = client({ type: 'openai' }, () => ({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        id: 'x',
        model: 'm',
        choices: [{ index: 0, message, finish_reason: 'tool_calls' }],
        usage,
      }),
    }));
    const answer = await anthropic.messages.create({
      ...ask,
      system: [{ type: 'text', text: 'Be kind.' }],
      stop_sequences: ['END'],
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      thinking: { type: 'enabled', budget_tokens: 5000 },
      messages: [
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: { b: 1 } }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'so?' },
            { type: 'tool_result', tool_use_id: 't', content: 'done' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
          ],
        },
      ],
    });
    expect(answer).toMatchObject({
      type: 'message',
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm', signature: '' },
        { type: 'text', text: 'Hi' },
        { type: 'tool_use', id: 'c', name: 'f', input: { a: 1 } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: 6, output_tokens: 2, cache_read_input_tokens: 4 },
    });
    const upstream = results[0]?.upstream;
    expect(upstream?.path).toBe('/v1/chat/completions');
    expect(upstream?.json()).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be kind.' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{"b":1}' } }],
        },
        { role: 'tool', tool_call_id: 't', content: 'done' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'so?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
          ],
        },
      ],
      max_tokens: 50,
      stop: ['END'],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      tool_choice: 'required',
      parallel_tool_calls: false,
      reasoning_effort: 'medium',
    });
  });

  it('gets streams as Anthropic’s events, tool blocks one after the other', async () => {
    const chunk = (delta: object, finish: string | null = null) =>
      JSON.stringify({ id: 'x', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] });
    const call = (index: number, id: string | undefined, args: string) => ({
      tool_calls: [
        {
          index,
          ...(id ? { id, type: 'function' } : {}),
          function: { ...(id ? { name: `f${index}` } : {}), arguments: args },
        },
      ],
    });
    const lines = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning_content: 'hm' }),
      chunk({ content: 'He' }),
      chunk({ content: 'llo' }),
      chunk(call(0, 'c0', '')),
      chunk(call(1, 'c1', '{"b"')),
      chunk(call(0, undefined, '{"a":1}')),
      chunk(call(1, undefined, ':2}')),
      chunk({}, 'tool_calls'),
      JSON.stringify({
        id: 'x',
        model: 'm',
        choices: [],
        usage: { prompt_tokens: 8, completion_tokens: 5, total_tokens: 13 },
      }),
      '[DONE]',
    ];
    const { anthropic, results } = client({ type: 'openai' }, () => sse(lines));
    const final = await anthropic.messages.stream(ask).finalMessage();
    expect(final.content).toEqual([
      { type: 'thinking', thinking: 'hm', signature: '' },
      { type: 'text', text: 'Hello' },
      { type: 'tool_use', id: 'c0', name: 'f0', input: { a: 1 } },
      { type: 'tool_use', id: 'c1', name: 'f1', input: { b: 2 } },
    ]);
    expect([final.stop_reason, final.usage.input_tokens, final.usage.output_tokens]).toEqual(['tool_use', 8, 5]);
    const names = results[0]?.response.events().map((event) => event.event) ?? [];
    expect([names.at(0), names.at(-2), names.at(-1)]).toEqual(['message_start', 'message_delta', 'message_stop']);
    expect(results[0]?.upstream?.json()).toMatchObject({ stream_options: { include_usage: true } });
  });

  it('gets errors in Anthropic’s shape', async () => {
    const body = JSON.stringify({ error: { message: 'bad key', type: 'authentication_error' } });
    const { anthropic, results } = client({ type: 'openai' }, () => ({ status: 401, body }));
    await expect(anthropic.messages.create(ask)).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
    expect(results[0]?.response.json()).toEqual({
      type: 'error',
      error: { type: 'authentication_error', message: 'bad key' },
    });
  });
});
