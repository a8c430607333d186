/** ai-data-masking through a real Envoy and the plugin server: what reaches the vendor, and what reaches the client. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { serviceYaml } from '../support/echo.ts';
import { eventually, fetchRaw, type Gateway, startGateway } from '../support/gateway.ts';
import {
  aiRouteYaml,
  claudeEvents,
  completion,
  contentOf,
  dataOf,
  eventStream,
  type Llm,
  openStream,
  startLlm,
} from '../support/llm.ts';
import { maskingYaml } from '../support/masking.ts';

let llm: Llm;
let gateway: Gateway;

const HASH = createHash('sha256').update('sk-12345').digest('hex');
const CONFIG = {
  deny_words: ['forbidden', '毒品'],
  deny_message: 'Not here.',
  deny_code: 403,
  deny_raw: true,
  replace_roles: [
    { regex: 'sk-[0-9a-zA-Z]*', type: 'hash', restore: true },
    { regex: '%{EMAILLOCALPART}@%{HOSTNAME:domain}', type: 'replace', restore: true, value: '****@$domain' },
  ],
};
const PROVIDERS = {
  openai: { id: 'openai', type: 'openai', apiTokens: ['t'] },
  claude: { id: 'claude', type: 'claude', apiTokens: ['t'] },
};

beforeAll(async () => {
  llm = await startLlm();
  const route = (name: string, at: string, provider: object) =>
    aiRouteYaml({ name, host: at, service: 'llm', provider }) + maskingYaml(name, CONFIG);
  const routes = Object.entries(PROVIDERS).map(([name, provider]) => route(name, `${name}.example.com`, provider));
  routes.push(route('client', 'localhost', PROVIDERS.openai));
  gateway = await startGateway({
    files: { 'svc.yaml': serviceYaml('llm', llm.port, 'higress-system'), 'routes.yaml': routes.join('---\n') },
  });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await llm?.stop();
});

beforeEach(() => {
  llm.seen.length = 0;
});

const PATH = '/v1/chat/completions';
const ask = (content: string, more: object = {}) => ({ model: 'm', messages: [{ role: 'user', content }], ...more });
const host = (name: string) => ({ host: `${name}.example.com` });
const open = (name: string, content: string, onText?: (text: string) => void) =>
  openStream(`${gateway.urls.http}${PATH}`, host(name), ask(content, { stream: true }), onText);
const chunk = (index: number, delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index, delta, finish_reason: finish }] })}\n\n`;

describe('data masking on the wire', () => {
  it.each(['openai', 'claude'])('masks the question and restores the answer (%s)', async (name) => {
    llm.answer((_request, response) => {
      if (name === 'openai') return completion(response, `key ${HASH} of ****@gmail.com`);
      const text = { type: 'text', text: `key ${HASH} of ****@gmail.com` };
      response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          id: 'msg',
          type: 'message',
          role: 'assistant',
          model: 'x',
          content: [text],
          stop_reason: 'end_turn',
          usage: { input_tokens: 1, output_tokens: 1 },
        }),
      );
      return undefined;
    });
    const { status, body } = await gateway.post(PATH, ask('sk-12345 of ann@gmail.com'), host(name));
    expect([status, JSON.parse(body).choices[0].message.content]).toEqual([200, 'key sk-12345 of ann@gmail.com']);
    const seen = llm.seen[0]?.body.toString('utf8');
    expect(seen).toContain(`${HASH} of ****@gmail.com`);
    expect(seen).not.toContain('sk-12345');
  });

  it('restores masks that the vendor streams letter by letter (claude)', async () => {
    llm.answer((_request, response) => {
      eventStream(response);
      response.end(claudeEvents(`key ${HASH} of ****@gmail.com`).join(''));
    });
    const stream = open('claude', 'sk-12345 of ann@gmail.com');
    expect(await stream.over).toBe('end');
    expect(contentOf(stream.text())).toBe('key sk-12345 of ann@gmail.com');
    expect(dataOf(stream.text()).filter((one) => one === '[DONE]')).toHaveLength(1);
  });

  it("is read by OpenAI's own client, answers that are blocked too", async () => {
    const client = new OpenAI({
      apiKey: 'k',
      baseURL: `${gateway.urls.http.replace('127.0.0.1', 'localhost')}/v1`,
      maxRetries: 0,
    });
    const ways: readonly (readonly [string, string])[] = [
      [`key ${HASH}`, 'key sk-12345'],
      ['how forbidden', 'how Not here.'],
    ];
    for (const [said, expected] of ways) {
      llm.answer((_request, response) => {
        eventStream(response);
        for (let at = 0; at < said.length; at += 5) response.write(chunk(0, { content: said.slice(at, at + 5) }));
        response.end(`${chunk(0, {}, 'stop')}data: [DONE]\n\n`);
      });
      const messages = [{ role: 'user' as const, content: 'sk-12345' }];
      let text = '';
      for await (const part of await client.chat.completions.create({ model: 'm', stream: true, messages })) {
        text += part.choices[0]?.delta.content ?? '';
      }
      expect(text).toBe(expected);
    }
    llm.answer((_request, response) => completion(response, 'forbidden'));
    const whole = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'x' }] });
    expect(whole.choices[0]?.message.content).toBe('Not here.');
  });

  it('keeps choices and members apart, in packets cut anywhere (#2404)', async () => {
    const [a, b] = [HASH.slice(0, 40), HASH.slice(40)];
    const body = Buffer.from(
      [
        chunk(0, { role: 'assistant', reasoning_content: `想${a}` }),
        chunk(1, { content: `x${a}` }),
        chunk(0, { reasoning_content: `${b}!` }),
        chunk(1, { content: b }),
        chunk(0, { content: '****@' }),
        chunk(1, {}, 'stop'),
        chunk(0, { content: 'gmail.com' }, 'stop'),
        'data: [DONE]\n\n',
      ].join(''),
    );
    llm.answer(async (_request, response) => {
      eventStream(response);
      for (let at = 0; at < body.length; at += 7) {
        response.write(body.subarray(at, at + 7));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    const stream = open('openai', 'sk-12345 of ann@gmail.com');
    expect(await stream.over).toBe('end');
    const texts: Record<string, string> = {};
    for (const data of dataOf(stream.text())) {
      if (data === '[DONE]') continue;
      const { index, delta } = JSON.parse(data).choices[0];
      for (const member of ['content', 'reasoning_content'])
        texts[`${index} ${member}`] = (texts[`${index} ${member}`] ?? '') + (delta[member] ?? '');
    }
    expect(texts).toEqual({
      '0 reasoning_content': '想sk-12345!',
      '0 content': 'ann@gmail.com',
      '1 content': 'xsk-12345',
      '1 reasoning_content': '',
    });
    expect(dataOf(stream.text()).at(-1)).toBe('[DONE]');
  });

  it('lets text go at once that can be no mask and no denied word', async () => {
    let finish: () => void = () => undefined;
    llm.answer((_request, response) => {
      eventStream(response);
      response.write(chunk(0, { content: 'hello ' }));
      finish = () => response.end('data: [DONE]\n\n');
    });
    const stream = open('openai', 'sk-12345', (text) => {
      if (text.includes('hello ')) finish();
    });
    expect(await stream.over).toBe('end');
  });

  it('blocks a question before the vendor sees it, and says so in the access log', async () => {
    const { status, body } = await gateway.post(PATH, ask('我要买毒品'), host('openai'));
    expect([status, JSON.parse(body).choices[0].message.content]).toEqual([403, 'Not here.']);
    const streamed = open('openai', 'forbidden');
    expect([await streamed.status, await streamed.over]).toEqual([403, 'end']);
    expect(contentOf(streamed.text())).toBe('Not here.');
    expect(llm.seen).toHaveLength(0);
    await eventually('the log has it', () => gateway.log.includes('ai-data-masking.request_denied'));
    expect(gateway.log).not.toContain('我要买');
    const { body: metrics } = await fetchRaw(`${gateway.urls.admin}/metrics`);
    expect(metrics).toMatch(/higress_ai_data_masking_denied_total\{[^}]*where="request"[^}]*\} [1-9]/);
  });

  it.each(['content', 'reasoning_content'])('blocks an answer with a denied word in %s', async (member) => {
    llm.answer((_request, response) => {
      const message = { role: 'assistant', content: '', [member]: 'this is forbidden' };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ choices: [{ index: 0, message }] }));
    });
    const { status, body } = await gateway.post(PATH, ask('x'), host('openai'));
    expect([status, JSON.parse(body).choices[0].message.content]).toEqual([200, 'Not here.']);
  });

  it('ends a stream at a denied word that is split over chunks', async () => {
    llm.answer((_request, response) => {
      eventStream(response);
      for (const text of ['so for', 'bid', 'den ', 'and more']) response.write(chunk(0, { content: text }));
      response.end('data: [DONE]\n\n');
    });
    const stream = open('openai', 'x');
    expect(await stream.over).toBe('end');
    expect(contentOf(stream.text())).toBe('so Not here.');
  });

  it('reads other bodies whole with deny_raw', async () => {
    llm.answer((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(`{"said":${request.body.toString('utf8')}}`);
    });
    const { body } = await gateway.post('/v1/rerank', { query: 'sk-12345' }, host('openai'));
    expect(body).toContain('"query":"sk-12345"');
    expect(llm.seen[0]?.body.toString('utf8')).toContain(HASH);
    const denied = await gateway.post('/v1/rerank', { query: 'forbidden' }, host('openai'));
    expect([denied.status, JSON.parse(denied.body)]).toEqual([403, { errmsg: expect.any(String) }]);
  });
});
