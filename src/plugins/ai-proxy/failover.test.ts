/** `failover` and `retryOnFailure` by the harness; through a real Envoy in test/dataplane/ai-failover.test.ts. */
import { describe, expect, it } from '@jest/globals';
import { sharedValues } from '#lib/shared-values.ts';
import type { HttpCall } from '#plugin-sdk/host.ts';
import {
  httpAnswer,
  httpStream,
  type PluginHarness,
  type TestAnswer,
  type TestOptions,
  testPlugin,
} from '#plugin-sdk/testing.ts';
import { LOWER_CONTEXT } from '#test/lower-context.ts';
import { effectiveConfig } from './config.ts';
import { createPipeline } from './outgoing.ts';
import plugin from './plugin.ts';
import { tokensOf } from './tokens.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

const CHAT = '/v1/chat/completions';
const completion = { choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }] };
const claudeMessage = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-x',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 2 },
};
const claudeEvents = [
  { type: 'message_start', message: { ...claudeMessage, content: [], stop_reason: null } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hello' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
  { type: 'message_stop' },
].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);

function proxy(provider: object, host: TestOptions['host'] = {}): PluginHarness {
  const config = effectiveConfig({ provider: { id: 'p', apiTokens: ['t1', 't2'], ...provider } }, undefined);
  if (!config) throw new Error('no provider is active');
  return testPlugin(plugin, config, { host: { random: () => 0, ...host } });
}

const chat = (respond: () => TestAnswer, body: object = {}) => ({
  path: CHAT,
  headers: { 'content-type': 'application/json', 'content-length': '999' },
  body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...body }),
  clusterName: 'outbound|443||llm.dns',
  respond,
});
const limited = (): TestAnswer => ({ status: 429, body: '{"error":{"message":"slow down"}}' });
const headerOf = (call: HttpCall | undefined, name: string) =>
  ((call?.headers ?? []) as readonly (readonly [string, string])[]).find(([key]) => key === name)?.[1];

describe('retryOnFailure', () => {
  const enabled = { retryOnFailure: { enabled: true } };

  it('sends the original body again with another token and answers with what comes', async () => {
    const harness = proxy(
      { type: 'openai', modelMapping: { m: 'mapped' }, ...enabled },
      { http: () => httpAnswer(completion, 200, { 'content-type': 'application/json', 'x-from': 'second' }) },
    );
    const { upstream, response, effects } = await harness.request(chat(limited));
    expect(upstream?.headers.get('authorization')).toBe('Bearer t1');
    const [call] = harness.calls;
    expect(call).toMatchObject({ cluster: 'outbound|443||llm.dns', method: 'POST', path: CHAT, timeoutMs: 60_000 });
    expect(headerOf(call, 'authorization')).toBe('Bearer t2');
    expect(headerOf(call, 'host')).toBe('api.openai.com');
    expect(headerOf(call, 'content-length')).toBeUndefined();
    expect(JSON.parse(String(call?.body))).toMatchObject({ model: 'mapped' });
    expect([response.status, response.headers.get('x-from'), response.json()]).toEqual([200, 'second', completion]);
    expect(effects.aiLog?.attempts).toEqual([
      { provider: 'p', status: 429, ms: expect.any(Number) },
      { provider: 'p', status: 200, ms: expect.any(Number) },
    ]);
  });

  it('converts the answer of the retry', async () => {
    const harness = proxy({ type: 'claude', ...enabled }, { http: () => httpAnswer(claudeMessage) });
    const { response } = await harness.request(chat(limited));
    expect(response.status).toBe(200);
    expect(response.json()).toMatchObject({ object: 'chat.completion', choices: [{ message: { content: 'hi' } }] });
  });

  it('streams a streamed answer of the retry, event by event', async () => {
    const harness = proxy(
      { type: 'claude', ...enabled },
      { stream: () => httpStream(claudeEvents, 200, { 'content-type': 'text/event-stream' }) },
    );
    const { response } = await harness.request(chat(limited, { stream: true }));
    expect(response.parts.length).toBeGreaterThan(claudeEvents.length);
    const data = response.events().map((event) => event.data ?? '');
    expect(data.at(-1)).toBe('[DONE]');
    expect(data.slice(0, -1).map((text) => JSON.parse(text).choices[0]?.delta?.content ?? '')).toContain('hello');
  });

  it('ends a retried stream that breaks off with an error event', async () => {
    const harness = proxy(
      { type: 'claude', ...enabled },
      {
        stream: () => ({
          status: 200,
          headers: { 'content-type': 'text/event-stream' },
          body: (async function* () {
            yield Buffer.from(claudeEvents.slice(0, 3).join(''));
            throw new Error('reset');
          })(),
          cancel: () => undefined,
        }),
      },
    );
    const { response } = await harness.request(chat(limited, { stream: true }));
    const data = response.events().map((event) => event.data ?? '');
    expect(JSON.parse(data.at(-2) ?? '{}')).toMatchObject({ error: { message: expect.stringContaining('ended') } });
    expect(data.at(-1)).toBe('[DONE]');
  });

  it('gives the first answer when no token does better', async () => {
    const harness = proxy(
      { type: 'openai', apiTokens: ['t1', 't2', 't3'], retryOnFailure: { enabled: true, maxRetries: 9 } },
      { http: () => httpAnswer('no', 500) },
    );
    const { response, effects } = await harness.request(chat(limited));
    expect(harness.calls.map((call) => headerOf(call, 'authorization'))).toEqual(['Bearer t2', 'Bearer t3']);
    expect([response.status, response.text]).toEqual([429, '{"error":{"message":"slow down"}}']);
    expect(effects.aiLog?.attempts).toMatchObject([{ status: 429 }, { status: 500 }, { status: 500 }]);
  });

  it('tries no more often than maxRetries, and only on the named statuses', async () => {
    const settings = { type: 'openai', apiTokens: ['a', 'b', 'c'] };
    const down = { http: () => httpAnswer('no', 500) };
    const once = proxy({ ...settings, retryOnFailure: { enabled: true } }, down);
    await once.request(chat(limited));
    expect(once.calls).toHaveLength(1);
    const other = proxy({ ...settings, retryOnFailure: { enabled: true, retryOnStatus: ['503'] } }, down);
    const { effects } = await other.request(chat(limited));
    expect([other.calls.length, effects.aiLog]).toEqual([0, undefined]);
  });

  it('survives a retry that brings no answer', async () => {
    const harness = proxy(
      { type: 'openai', ...enabled },
      {
        http: () => {
          throw new Error('connection refused');
        },
      },
    );
    const { response, effects } = await harness.request(chat(limited));
    expect(response.status).toBe(429);
    expect(effects.aiLog?.attempts).toMatchObject([{ status: 429 }, { status: 0 }]);
  });

  it('sends bodies again that it does not read', async () => {
    const harness = proxy({ type: 'openai', ...enabled }, { http: () => httpAnswer('done') });
    const { upstream, response } = await harness.request({
      ...chat(limited),
      path: '/v1/files',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x--',
    });
    expect([upstream?.text, String(harness.calls[0]?.body), response.text]).toEqual(['--x--', '--x--', 'done']);
  });
});

describe('failover', () => {
  const failover = {
    enabled: true,
    failureThreshold: 2,
    healthCheckInterval: 1,
    healthCheckTimeout: 77,
    healthCheckModel: 'probe-model',
  };
  const tokenOf = async (harness: PluginHarness, status: number) => {
    const { upstream } = await harness.request(chat(() => ({ status })));
    return upstream?.headers.get('x-api-key');
  };
  const settled = () => new Promise(setImmediate);

  it('takes a token out, probes it by the translation of the type, and takes it back', async () => {
    let probes = 0;
    const harness = proxy(
      { type: 'claude', failover },
      { http: () => httpAnswer(claudeMessage, ++probes === 1 ? 500 : 200) },
    );
    expect([await tokenOf(harness, 500), await tokenOf(harness, 503), await tokenOf(harness, 200)]).toEqual([
      't1',
      't1',
      't2',
    ]);
    while (!harness.logs.some(({ message }) => message === 'a token works again')) await settled();
    expect(harness.calls).toHaveLength(2);
    const [probe] = harness.calls;
    expect(probe).toMatchObject({ cluster: 'outbound|443||llm.dns', path: '/v1/messages', timeoutMs: 77 });
    expect([headerOf(probe, 'x-api-key'), headerOf(probe, 'host')]).toEqual(['t1', 'api.anthropic.com']);
    expect(JSON.parse(String(probe?.body))).toMatchObject({
      model: 'probe-model',
      messages: [{ role: 'user', content: expect.anything() }],
    });
    expect(harness.metrics.map(({ name, labels }) => [name, labels.change])).toEqual([
      ['higress_ai_proxy_token_changes_total', 'out'],
      ['higress_ai_proxy_token_changes_total', 'back'],
    ]);
    expect(JSON.stringify(harness.logs)).not.toMatch(/t1|t2/);
  });

  it('counts what retries see', async () => {
    const harness = proxy(
      {
        type: 'openai',
        failover: { ...failover, failureThreshold: 1, healthCheckInterval: 60_000 },
        retryOnFailure: { enabled: true },
      },
      { http: () => httpAnswer('', 401) },
    );
    await harness.request(chat(limited));
    expect(harness.logs.filter(({ message }) => message.startsWith('a token fails'))).toHaveLength(2);
  });

  it('lets retries draw tokens that work before those that do not', async () => {
    const settings = { ...failover, failureThreshold: 1, healthCheckInterval: 60_000 };
    const harness = proxy(
      {
        type: 'openai',
        apiTokens: ['t1', 't2', 't3'],
        failover: settings,
        retryOnFailure: { enabled: true, maxRetries: 5 },
      },
      { http: () => httpAnswer('', 500) },
    );
    await harness.request(chat(() => ({ status: 500 })));
    expect(harness.calls.map((call) => headerOf(call, 'authorization'))).toEqual(['Bearer t2', 'Bearer t3']);
    const { upstream } = await harness.request(chat(() => ({ status: 500 })));
    expect(upstream?.headers.get('authorization')).toBe('Bearer t1');
    expect(harness.calls.slice(2).map((call) => headerOf(call, 'authorization'))).toEqual(['Bearer t2', 'Bearer t3']);
  });

  it('does not wait for the body of an upgraded request', async () => {
    const harness = proxy({
      type: 'openai',
      failover: { ...failover, failureThreshold: 9 },
      retryOnFailure: { enabled: true },
    });
    const { upstream } = await harness.request({
      path: '/v1/realtime?model=m',
      headers: { upgrade: 'websocket', connection: 'upgrade' },
      respond: () => ({ status: 403 }),
    });
    expect(upstream?.headers.get('authorization')).toBe('Bearer t1');
    expect(harness.calls).toEqual([]);
  });

  it('keeps one account for chains with the same settings, and a new one for others', () => {
    const shared = sharedValues();
    const host = { shared, random: () => 0, metrics: { count() {}, observe() {} }, log: quiet } as never;
    const tokens = (more: object = {}) => {
      const settings = {
        type: 'openai',
        apiTokens: ['a', 'b'],
        failover: { ...failover, failureThreshold: 1 },
        ...more,
      };
      const config = effectiveConfig({ provider: settings }, undefined);
      if (!config) throw new Error('no provider is active');
      return tokensOf(createPipeline(config.provider));
    };
    const [one, same, other] = [tokens(), tokens(), tokens({ modelMapping: { m: 'n' } })];
    const endpoint = { cluster: 'c', authority: 'a', path: undefined };
    one.report(host, 'a', 500, endpoint);
    expect([one, same, other].map((each) => each.choose(host, undefined, undefined))).toEqual(['b', 'b', 'a']);
    one.dispose();
    expect(same.choose(host, undefined, undefined)).toBe('b');
    same.dispose();
    expect(same.choose(host, undefined, undefined)).toBe('a');
    same.dispose();
    other.dispose();
  });

  it('needs the plugin server', () => {
    const config = effectiveConfig({ provider: { type: 'openai', apiTokens: ['a'], failover } }, undefined);
    expect(config && plugin.lower?.(config, LOWER_CONTEXT)).toMatchObject({ lowered: false });
  });
});
