/** Types qwen (native), deepl, dify, spark, minimax (pro) and hunyuan (signed) through the plugin's hooks. */
import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { type TestAnswer, testPlugin } from '#plugin-sdk/testing.ts';
import {
  DIFY,
  difyUsage,
  FLOW,
  HUNYUAN,
  PRO,
  QWEN,
  qwenEvent,
  SPARK,
  sseOf,
  TRANSLATED_STREAMS,
  usage,
} from '#test/translated-streams.ts';
import { effectiveConfig } from './config.ts';
import { harnessFetch } from './harness-fetch.ts';
import plugin from './plugin.ts';

const NOW = 1_700_000_000_000;
const proxy = (provider: object) => {
  const config = effectiveConfig({ provider: { apiTokens: ['sk-vendor'], ...provider } }, undefined);
  if (!config) throw new Error('no provider is active');
  return testPlugin(plugin, config, { host: { random: () => 0, now: () => NOW } });
};
const json = (value: unknown, status = 200): TestAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
const client = (provider: object, answer: TestAnswer) => {
  const through = harnessFetch(proxy(provider), () => answer);
  const openai = new OpenAI({ apiKey: 'client', baseURL: 'http://gw/v1', fetch: through.fetch, maxRetries: 0 });
  return { openai, ...through };
};
const messages = [
  { role: 'system' as const, content: 's' },
  { role: 'user' as const, content: 'q' },
];
const ask = { model: 'm', messages, max_tokens: 9 };

describe('translated vendors, streams', () => {
  it.each(TRANSLATED_STREAMS)('$name: says the same', async (fixture) => {
    const harness = proxy(fixture.provider);
    const bytes = Buffer.from(sseOf(fixture.events));
    const run = (...chunks: readonly Uint8Array[]) =>
      harness.request({
        path: '/v1/chat/completions',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...ask, ...fixture.asked, stream: true }),
        respond: () => ({ headers: { 'content-type': 'text/event-stream' }, chunks }),
      });
    const whole = await run(bytes);
    const events = whole.response.events().map(({ data }) => data ?? '');
    expect(events.filter((data) => data === '[DONE]')).toHaveLength(1);
    expect(events.at(-1)).toBe('[DONE]');
    const chunks = events.slice(0, -1).map((data) => JSON.parse(data));
    const choices = chunks.flatMap((chunk) => chunk.choices);
    const join = (member: string) => choices.map(({ delta }) => delta[member] ?? '').join('');
    expect(join('content')).toBe(fixture.text);
    expect(join('reasoning_content')).toBe(fixture.reasoning ?? '');
    const calls = choices.flatMap(({ delta }) => delta.tool_calls ?? []);
    expect(calls.map((part) => part.function.arguments).join('')).toBe(fixture.call ?? '');
    expect(calls.filter((part) => part.function.name === 'weather')).toHaveLength(fixture.call ? 1 : 0);
    expect(choices.flatMap(({ finish_reason }) => finish_reason ?? [])).toEqual([fixture.finish]);
    if (fixture.usage) expect(chunks.at(-1)).toMatchObject({ choices: [], usage: fixture.usage });
    for (const chunk of chunks) expect(chunk).toHaveProperty('usage');
    for (const choice of choices) expect(choice.logprobs).toBeNull();
  });

  it.each(TRANSLATED_STREAMS)(
    '$name: a stream that breaks off ends with an error',
    async ({ provider, asked, events }) => {
      const { response } = await proxy(provider).request({
        path: '/v1/chat/completions',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...ask, ...asked, stream: true }),
        respond: () => ({ headers: { 'content-type': 'text/event-stream' }, body: sseOf(events.slice(0, 1)) }),
      });
      const told = response.events().map(({ data }) => data ?? '');
      expect(JSON.parse(told.at(-2) ?? '').error.message).toBe('the vendor ended the stream before its last event');
      expect(told.at(-1)).toBe('[DONE]');
    },
  );
});

interface WholeCase {
  readonly name: string;
  readonly provider: object;
  readonly model?: string;
  readonly answer: object;
  readonly host: string;
  readonly path: string;
  readonly auth: string;
  readonly request: object;
  readonly says: object;
}

const WHOLE: readonly WholeCase[] = [
  {
    name: 'qwen',
    provider: QWEN,
    answer: qwenEvent({ role: 'assistant', content: 'a', reasoning_content: 'hm' }, 'stop'),
    host: 'dashscope.aliyuncs.com',
    path: '/api/v1/services/aigc/text-generation/generation',
    auth: 'Bearer sk-vendor',
    request: {
      model: 'm',
      input: { messages },
      parameters: { result_format: 'message', max_tokens: 9, top_p: 0.000001, enable_search: false },
    },
    says: {
      id: 'r1',
      choices: [{ message: { content: 'a', reasoning_content: 'hm' }, finish_reason: 'stop' }],
      usage,
    },
  },
  {
    name: 'qwen-vl',
    provider: QWEN,
    model: 'qwen-vl-plus',
    answer: qwenEvent({ role: 'assistant', content: [{ text: 'a' }] }, 'stop'),
    host: 'dashscope.aliyuncs.com',
    path: '/api/v1/services/aigc/multimodal-generation/generation',
    auth: 'Bearer sk-vendor',
    request: { input: { messages: messages.map(({ role, content }) => ({ role, content: [{ text: content }] })) } },
    says: { choices: [{ message: { content: 'a' } }] },
  },
  {
    name: 'qwen-long with files',
    provider: { ...QWEN, qwenFileIds: ['a', 'b'] },
    model: 'qwen-long',
    answer: qwenEvent({ role: 'assistant', content: 'a' }, 'stop'),
    host: 'dashscope.aliyuncs.com',
    path: '/api/v1/services/aigc/text-generation/generation',
    auth: 'Bearer sk-vendor',
    request: {
      input: { messages: [messages[0], { role: 'system', content: 'fileid://a,fileid://b' }, messages[1]] },
    },
    says: { choices: [{ message: { content: 'a' } }] },
  },
  {
    name: 'spark',
    provider: SPARK,
    answer: { code: 0, sid: 's1', choices: [{ index: 0, message: { role: 'assistant', content: 'a' } }], usage },
    host: 'spark-api-open.xf-yun.com',
    path: '/v1/chat/completions',
    auth: 'Bearer sk-vendor',
    request: ask,
    says: { id: 's1', model: 'm', choices: [{ message: { content: 'a' }, finish_reason: 'stop' }], usage },
  },
  {
    name: 'deepl',
    provider: { type: 'deepl', targetLang: 'ZH' },
    model: 'Pro',
    answer: { translations: [{ detected_source_language: 'EN', text: 'a' }] },
    host: 'api.deepl.com',
    path: '/v2/translate',
    auth: 'DeepL-Auth-Key sk-vendor',
    request: { text: ['q'], target_lang: 'ZH', context: 's' },
    says: { choices: [{ message: { content: 'a', name: 'EN' }, finish_reason: 'stop' }], usage: null },
  },
  {
    name: 'dify, completion',
    provider: { ...DIFY, botType: 'Completion', difyApiUrl: 'http://dify.test' },
    answer: { message_id: 'm1', answer: 'a', ...difyUsage },
    host: 'dify.test',
    path: '/v1/completion-messages',
    auth: 'Bearer sk-vendor',
    request: { inputs: { query: 'SYSTEM: \ns\nUSER: \nq\n' }, response_mode: 'blocking', user: 'api-user' },
    says: { id: 'm1', choices: [{ message: { content: 'a' } }], usage },
  },
  {
    name: 'dify, workflow',
    provider: FLOW,
    answer: { data: { workflow_id: 'w1', outputs: { out: 'a' } } },
    host: 'api.dify.ai',
    path: '/v1/workflows/run',
    auth: 'Bearer sk-vendor',
    request: { inputs: { in: 'SYSTEM: \ns\nUSER: \nq\n' } },
    says: { id: 'w1', choices: [{ message: { content: 'a' } }], usage: null },
  },
  {
    name: 'minimax pro',
    provider: PRO,
    answer: {
      id: 'x',
      choices: [{ finish_reason: 'stop', messages: [{ sender_type: 'BOT', text: 'a' }] }],
      usage,
      base_resp: { status_code: 0 },
    },
    host: 'api.minimax.chat',
    path: '/v1/text/chatcompletion_pro?GroupId=g%2F1',
    auth: 'Bearer sk-vendor',
    request: {
      model: 'm',
      tokens_to_generate: 9,
      messages: [{ sender_type: 'USER', sender_name: 'User', text: 'q' }],
      bot_setting: [{ bot_name: 'MM Assistant', content: 's' }],
      reply_constraints: { sender_type: 'BOT', sender_name: 'MM Assistant' },
    },
    says: { id: 'x', choices: [{ message: { content: 'a' }, finish_reason: 'stop' }], usage },
  },
];

describe('translated vendors, whole answers', () => {
  it.each(WHOLE)('$name', async ({ provider, model, answer, host, path, auth, request, says }) => {
    const { openai, results } = client(provider, json(answer));
    expect(await openai.chat.completions.create({ ...ask, ...(model ? { model } : {}) })).toMatchObject(says);
    const upstream = results[0]?.upstream;
    expect([upstream?.authority, upstream?.path, upstream?.headers.get('authorization')]).toEqual([host, path, auth]);
    expect(upstream?.json()).toMatchObject(request);
  });

  it('dify carries a conversation on by a header, both ways', async () => {
    const { openai, results } = client(DIFY, json({ conversation_id: 'c2', answer: 'a', ...difyUsage }));
    const { data, response } = await openai.chat.completions
      .create(ask, { headers: { ConversationId: 'c1' } })
      .withResponse();
    expect([data.id, response.headers.get('ConversationId')]).toEqual(['c2', 'c2']);
    expect(results[0]?.upstream?.json()).toMatchObject({ conversation_id: 'c1', query: 'SYSTEM: \ns\nUSER: \nq\n' });
  });

  it('hunyuan signs what leaves', async () => {
    const answer = { Response: { Id: 'h', Choices: [{ FinishReason: 'stop', Message: { Content: 'a' } }] } };
    const { openai, results } = client({ ...HUNYUAN, apiTokens: [] }, json(answer));
    expect(await openai.chat.completions.create(ask)).toMatchObject({
      id: 'h',
      choices: [{ message: { content: 'a' } }],
    });
    const upstream = results[0]?.upstream;
    expect([upstream?.authority, upstream?.path]).toEqual(['hunyuan.tencentcloudapi.com', '/']);
    const body = JSON.stringify(upstream?.json());
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const canonical = `POST\n/\n\ncontent-type:application/json\nhost:hunyuan.tencentcloudapi.com\nx-tc-action:chatcompletions\n\ncontent-type;host;x-tc-action\n${hash(body)}`;
    const text = `TC3-HMAC-SHA256\n1700000000\n2023-11-14/hunyuan/tc3_request\n${hash(canonical)}`;
    const key = ['2023-11-14', 'hunyuan', 'tc3_request'].reduce<string | Buffer>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `TC3${HUNYUAN.hunyuanAuthKey}`,
    );
    const signature = createHmac('sha256', key).update(text).digest('hex');
    expect(upstream?.headers.get('authorization')).toBe(
      `TC3-HMAC-SHA256 Credential=${HUNYUAN.hunyuanAuthId}/2023-11-14/hunyuan/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=${signature}`,
    );
    expect(upstream?.headers.get('x-tc-timestamp')).toBe('1700000000');
  });

  it('qwen makes embeddings', async () => {
    const answer = { output: { embeddings: [{ text_index: 0, embedding: [1, 2] }] }, usage: { total_tokens: 4 } };
    const { openai, results } = client(QWEN, json(answer));
    const made = await openai.embeddings.create({ model: 'e', input: 'q', encoding_format: 'float' });
    expect(made).toMatchObject({ data: [{ index: 0, embedding: [1, 2] }], usage: { total_tokens: 4 } });
    expect(results[0]?.upstream?.path).toBe('/api/v1/services/embeddings/text-embedding/text-embedding');
    expect(results[0]?.upstream?.json()).toEqual({ model: 'e', input: { texts: ['q'] } });
  });

  it('qwen reranks', async () => {
    const results = [{ index: 1, relevance_score: 0.9 }];
    const { upstream, response } = await proxy(QWEN).request({
      path: '/v1/rerank',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gte', query: 'q', documents: ['a', 'b'], top_n: 1 }),
      respond: () => json({ output: { results }, usage: { total_tokens: 4 }, request_id: 'r1' }),
    });
    expect(upstream?.path).toBe('/api/v1/services/rerank/text-rerank/text-rerank');
    expect(upstream?.json()).toEqual({
      model: 'gte',
      input: { query: 'q', documents: ['a', 'b'] },
      parameters: { top_n: 1 },
    });
    expect(JSON.parse(response.text)).toEqual({ id: 'r1', results, usage: { total_tokens: 4 } });
  });

  it.each([
    ['openai', '/api/v1/services/aigc/text2image/image-synthesis'],
    ['original', '/api/v1/services/aigc/text-generation/generation'],
  ])(
    'qwen, native interface, protocol %s, passes its own path %s with the body untouched (#2378)',
    async (protocol, path) => {
      const body = '{ "model":"a", "input":{} }';
      const { upstream } = await proxy({
        type: 'qwen',
        qwenEnableCompatible: false,
        protocol,
        modelMapping: { '*': 'b' },
      }).request({
        path,
        headers: { 'content-type': 'application/json', 'x-dashscope-async': 'enable' },
        body,
        respond: () => json({}),
      });
      expect([upstream?.authority, upstream?.path]).toEqual(['dashscope.aliyuncs.com', path]);
      expect(upstream?.headers.get('authorization')).toBe('Bearer sk-vendor');
      expect(upstream?.body.toString()).toBe(body);
    },
  );

  it.each([
    ['qwen', QWEN, qwenEvent({ role: 'assistant', content: 'a' }, 'stop')],
    ['spark', SPARK, { code: 0, sid: 's1', choices: [{ message: { role: 'assistant', content: 'a' } }], usage }],
    ['dify', DIFY, { conversation_id: 'c1', answer: 'a', ...difyUsage }],
  ])('%s answers the Messages API of Anthropic', async (_name, provider, answer) => {
    const { response } = await proxy(provider).request({
      path: '/v1/messages',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'q' }] }),
      respond: () => json(answer),
    });
    expect(JSON.parse(response.text)).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: 'a' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 3 },
    });
  });

  it.each([
    ['spark', SPARK, { code: 10013, message: 'no' }, 'no (code 10013)'],
    ['minimax', PRO, { base_resp: { status_code: 1004, status_msg: 'no' } }, 'no (code 1004)'],
    ['hunyuan', HUNYUAN, { Response: { Error: { Code: 'AuthFailure', Message: 'no' } } }, 'no (AuthFailure)'],
    ['dify', FLOW, { data: { status: 'failed', error: 'no' } }, 'no'],
  ])('%s tells errors that come with status 200', async (_name, provider, answer, message) => {
    const { openai } = client(provider, json(answer));
    await expect(openai.chat.completions.create(ask)).rejects.toMatchObject({ status: 500, error: { message } });
  });

  it('qwen keeps the status of an error', async () => {
    const { openai } = client(QWEN, json({ code: 'InvalidApiKey', message: 'no' }, 401));
    await expect(openai.chat.completions.create(ask)).rejects.toMatchObject({
      status: 401,
      error: { message: 'no', code: 'InvalidApiKey' },
    });
  });

  it.each([
    [{ type: 'deepl' }, 'targetLang'],
    [{ ...FLOW, outputVariable: '' }, 'outputVariable'],
    [{ ...PRO, minimaxGroupId: '' }, 'minimaxGroupId'],
    [{ ...HUNYUAN, hunyuanAuthKey: 'short' }, 'hunyuanAuthKey'],
  ])('refuses %j', (provider, path) => {
    expect(() => proxy(provider)).toThrow(expect.objectContaining({ path: `provider.${path}` }));
  });
});
