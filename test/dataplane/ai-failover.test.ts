/** Tokens that fail, requests sent again, and answers that take another's place, through a real Envoy. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceYaml } from '../support/echo.ts';
import { eventually, type Gateway, startGateway } from '../support/gateway.ts';
import {
  aiRouteYaml,
  claudeEvents,
  completion,
  contentOf,
  dataOf,
  eventStream,
  json,
  type Llm,
  openStream,
  startLlm,
} from '../support/llm.ts';

let llm: Llm;
let gateway: Gateway;

const retry = { apiTokens: ['t1', 't2'], retryOnFailure: { enabled: true } };
const PROVIDERS: Readonly<Record<string, object>> = {
  retry: { id: 'retry', type: 'openai', modelMapping: { '*': 'mapped' }, ...retry },
  claude: { id: 'claude', type: 'claude', ...retry },
  failover: {
    id: 'failover',
    type: 'openai',
    apiTokens: ['good', 'bad'],
    failover: { enabled: true, failureThreshold: 1, healthCheckInterval: 50, healthCheckModel: 'probe' },
    retryOnFailure: { enabled: true },
  },
};

beforeAll(async () => {
  llm = await startLlm();
  const routes = Object.entries(PROVIDERS).map(([name, provider]) =>
    aiRouteYaml({ name, host: `${name}.example.com`, service: 'llm', provider }),
  );
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

const ask = (name: string, more: object = {}) =>
  gateway.post(
    '/v1/chat/completions',
    { model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more },
    { host: `${name}.example.com` },
  );

/** Access-log line of the last request to that host. */
const logOf = (name: string) =>
  eventually('the access log tells of it', () =>
    gateway.log
      .split('\n')
      .filter((line) => line.includes(`"${name}.example.com"`) && line.includes('"response_code"'))
      .map((line) => JSON.parse(line) as { ai_log?: { attempts?: { status: number }[] } })
      .at(-1),
  );

describe('retryOnFailure', () => {
  it.each([
    ['a body', 'busy'],
    ['no body', ''],
  ])('brings the answer of another token after a failure with %s', async (_title, text) => {
    llm.answer((_request, response) => {
      if (llm.seen.length === 1) response.writeHead(429, { 'x-first': 'yes' }).end(text);
      else completion(response);
    });
    const answer = await ask('retry');
    expect(answer.status).toBe(200);
    expect(answer.headers['x-first']).toBeUndefined();
    expect(JSON.parse(answer.body)).toMatchObject({ choices: [{ message: { content: 'hello' } }] });
    const [first, second] = llm.seen;
    expect(new Set([first?.token, second?.token])).toEqual(new Set(['t1', 't2']));
    expect(second?.json).toEqual(first?.json);
    expect([second?.path, second?.headers.host, second?.json?.model]).toEqual([
      '/v1/chat/completions',
      'api.openai.com',
      'mapped',
    ]);
    expect((await logOf('retry')).ai_log?.attempts?.map(({ status }) => status)).toEqual([429, 200]);
  });

  it('leaves the first answer when all fail', async () => {
    llm.answer((request, response) => json(response, request.token === llm.seen[0]?.token ? 429 : 500, { n: 1 }));
    expect(await ask('retry')).toMatchObject({ status: 429, body: '{"n":1}' });
    expect(llm.seen).toHaveLength(2);
  });

  it('converts what the retry brings', async () => {
    llm.answer((_request, response) => {
      if (llm.seen.length === 1)
        json(response, 529, { type: 'error', error: { type: 'overloaded_error', message: 'x' } });
      else
        json(response, 200, {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'claude-x',
          content: [{ type: 'text', text: 'hello' }],
          stop_reason: 'end_turn',
          usage: { input_tokens: 3, output_tokens: 2 },
        });
    });
    const answer = await ask('claude');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ object: 'chat.completion', usage: { total_tokens: 5 } });
  });

  it('streams what the retry streams: each event leaves when it comes', async () => {
    let release: () => void = () => undefined;
    llm.answer((_request, response) => {
      if (llm.seen.length === 1) {
        json(response, 529, { error: { message: 'x' } });
        return;
      }
      const events = claudeEvents('hello');
      eventStream(response);
      response.write(events.slice(0, 4).join(''));
      release = () => response.end(events.slice(4).join(''));
    });
    const url = `${gateway.urls.http}/v1/chat/completions`;
    const body = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] };
    // The rest comes only after the first events have arrived.
    const stream = openStream(url, { host: 'claude.example.com' }, body, (text) => {
      if (text.includes('"content":"e"')) release();
    });
    expect([await stream.status, await stream.over]).toEqual([200, 'end']);
    expect(dataOf(stream.text()).at(-1)).toBe('[DONE]');
    expect(contentOf(stream.text())).toBe('hello');
  });
});

describe('failover', () => {
  it('takes a token out of use, probes it, and takes it back', async () => {
    let broken = true;
    llm.answer((request, response) => {
      if (broken && request.token === 'bad') json(response, 401, { error: { message: 'revoked' } });
      else completion(response);
    });
    // Whatever token is drawn, the client gets its answer.
    await eventually('the bad token is drawn', async () => {
      expect((await ask('failover')).status).toBe(200);
      return llm.seen.some(({ token }) => token === 'bad');
    });
    const probe = await eventually('it is probed', () => llm.seen.find(({ json }) => json?.model === 'probe'));
    expect([probe.token, probe.path, probe.headers.host]).toEqual(['bad', '/v1/chat/completions', 'api.openai.com']);
    const asked = () => llm.seen.filter(({ json }) => json?.model === 'm').map(({ token }) => token);
    llm.seen.length = 0;
    for (let i = 0; i < 8; i++) await ask('failover');
    expect(new Set(asked())).toEqual(new Set(['good']));
    broken = false;
    await eventually('it is in use again', async () => {
      await ask('failover');
      return asked().includes('bad');
    });
    expect(gateway.log).toContain('a token works again');
  });
});
