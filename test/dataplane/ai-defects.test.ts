/** Defects of Higress's AI plugins that this gateway must not have, by their numbers in the specification, through a real Envoy. */
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../support/gateway.ts';
import { contentOf, openStream } from '../support/llm.ts';
import { PROVIDER_ROWS } from '../support/provider-cases.ts';
import { nameOf } from '../support/provider-rows.ts';
import { ANSWERS, events, give, SAID, whole } from '../support/vendor-answers.ts';
import { rowsOnTheWire } from '../support/wire-rows.ts';
import { hostOf, type Row } from '../support/wire-table.ts';

const CHAT = '/v1/chat/completions';
const ask = { model: 'm', messages: [{ role: 'user', content: 'q' }] };
const proxy = (provider: object) => ({ 'ai-proxy': { provider: { apiTokens: ['sk-vendor'], ...provider } } });
const asks = (model: string, mapped: string) => ({
  path: CHAT,
  body: { ...ask, model },
  upstream: { json: { model: mapped } },
});

const systems = [
  { role: 'system', content: 'one' },
  { role: 'system', content: 'two' },
  { role: 'user', content: 'q' },
];
const gemini = (parts: readonly object[]) =>
  whole({ candidates: [{ content: { parts, role: 'model' }, finishReason: 'STOP' }] });
const spark = (finish_reason: string) => ({
  code: 0,
  sid: 's-1',
  choices: [{ delta: { content: 'a' }, finish_reason }],
});

const caller = (name: string) => ({ name, credential: `key-of-${name}` });
const saysWho = (path: string, consumer: string, headers: Readonly<Record<string, string>> = {}) => ({
  path,
  headers,
  upstream: { path, headers: { 'x-mse-consumer': consumer } },
});
const KEYS: Row = {
  item: '24',
  says: 'key-auth looks for the key in headers, then in the query',
  plugins: {
    'key-auth': {
      keys: ['x-key'],
      in_header: true,
      in_query: true,
      consumers: [caller('ann'), caller('bob')],
      allow: ['ann', 'bob'],
    },
  },
  steps: [
    saysWho('/?x-key=key-of-ann', 'ann'),
    saysWho('/', 'bob', { 'x-key': 'key-of-bob' }),
    saysWho('/?x-key=key-of-bob', 'bob', { 'x-key': 'key-of-bob' }),
  ],
};

const ROWS: readonly Row[] = [
  {
    item: '2',
    says: 'configured capabilities win over those of the type',
    plugins: proxy({ type: 'qwen', capabilities: { 'openai/v1/chatcompletions': '/mine' } }),
    steps: [{ path: CHAT, body: ask, upstream: { path: '/mine' } }],
  },
  {
    item: '3',
    says: 'modelMapping is tried in its order, longer prefixes first',
    plugins: proxy({
      type: 'openai',
      modelMapping: { 'a-*': 'short', 'a-b*': 'long', '~o$': '-regex', '~^mo': 'late' },
    }),
    steps: [
      asks('a-b', 'long'),
      asks('a-bo', 'long'),
      asks('a-c', 'short'),
      asks('moo', 'mo-regex'),
      asks('mod', 'lated'),
    ],
  },
  ...PROVIDER_ROWS.map((row): Row => {
    const end = row.type === 'vertex' ? '&key=sk-vendor' : '';
    // The model chooses between DeepL's hosts, and here it is not read.
    const host = row.type === 'deepl' ? 'api-free.deepl.com' : row.host;
    return {
      item: '4',
      says: `protocol original leaves the path alone: ${nameOf(row)}`,
      plugins: proxy({ type: row.type, ...row.settings, protocol: 'original' }),
      steps: [`${CHAT}?a=b`, '/v1/files/f%2F1?a=b', '/v1/embeddings?a=b'].map((path) => ({
        path,
        body: ask,
        upstream: { path: path + end, text: JSON.stringify(ask), host },
      })),
    };
  }),
  ...[
    [{ type: 'claude' }, ANSWERS.claude.whole, { system: 'one\n\ntwo' }],
    [{ type: 'gemini' }, ANSWERS.gemini.whole, undefined],
    [{ type: 'vertex' }, ANSWERS.gemini.whole, undefined],
  ].map(
    ([provider, answer, system]): Row => ({
      item: '8',
      says: `all system messages count: ${(provider as { type: string }).type}`,
      plugins: proxy(provider as object),
      steps: [
        {
          path: CHAT,
          body: { model: 'm', messages: systems },
          answer: answer as Row['steps'][number]['answer'] & object,
          ...(system ? { upstream: { json: system } } : {}),
          check: ({ body }) => expect(body.toString()).toMatch(/one(\\n\\n|"\},\{"text":")two/),
        },
      ],
    }),
  ),
  {
    item: '9',
    says: 'Gemini’s function calls, joined parts and places of vectors arrive',
    plugins: proxy({ type: 'gemini' }),
    steps: [
      {
        path: CHAT,
        body: ask,
        answer: gemini([{ text: 'a' }, { text: 'b' }, { functionCall: { name: 'f', args: { x: 1 } } }]),
        check: (_request, { body }) => {
          const { choices } = JSON.parse(body);
          expect(choices).toHaveLength(1);
          expect(choices[0]).toMatchObject({
            message: { content: 'ab', tool_calls: [{ function: { name: 'f', arguments: '{"x":1}' } }] },
            finish_reason: 'tool_calls',
          });
        },
      },
      {
        path: '/v1/embeddings',
        body: { model: 'e', input: ['a', 'b'] },
        answer: whole({ embeddings: [{ values: [1] }, { values: [2] }] }),
        client: {
          json: {
            data: [
              { index: 0, embedding: [1] },
              { index: 1, embedding: [2] },
            ],
          },
        },
      },
    ],
  },
  {
    item: '10',
    says: 'responseJsonSchema touches chats only and loses no member',
    plugins: proxy({ type: 'openai', responseJsonSchema: { name: 's' } }),
    steps: [
      {
        path: CHAT,
        body: '{"model":"m","odd":{"a":1.0},"messages":[]}',
        upstream: {
          text: '{"model":"m","odd":{"a":1.0},"messages":[],"response_format":{"type":"json_schema","json_schema":{"name":"s"}}}',
        },
      },
      { path: '/v1/embeddings', body: '{"model":"m","input":"q"}', upstream: { text: '{"model":"m","input":"q"}' } },
    ],
  },
  {
    item: '11',
    says: 'authHeaderKey names the header of the caller’s key',
    plugins: proxy({ type: 'openai', apiTokens: [], authHeaderKey: 'X-Mine' }),
    steps: [{ path: CHAT, body: ask, headers: { 'x-mine': 'own', 'x-api-key': 'no' }, upstream: { token: 'own' } }],
  },
  {
    item: '13',
    says: 'Hunyuan’s compatible interface gets the mapped model',
    plugins: proxy({ type: 'hunyuan', modelMapping: { m: 'mapped' } }),
    steps: [asks('m', 'mapped')],
  },
  {
    item: '14',
    says: 'Cohere gets the whole conversation and answers as OpenAI does',
    plugins: proxy({ type: 'cohere' }),
    steps: [
      {
        path: CHAT,
        body: {
          ...ask,
          messages: [...systems, { role: 'assistant', content: 'a' }, { role: 'user', content: 'last' }],
        },
        answer: ANSWERS.cohere.whole,
        upstream: {
          json: {
            message: 'last',
            preamble: 'one\n\ntwo',
            chat_history: [
              { role: 'USER', message: 'q' },
              { role: 'CHATBOT', message: 'a' },
            ],
          },
        },
        client: {
          json: { object: 'chat.completion', choices: [{ message: { content: SAID }, finish_reason: 'stop' }] },
        },
      },
    ],
  },
  {
    item: '15',
    says: 'Spark’s finish reason is kept',
    plugins: proxy({ type: 'spark' }),
    steps: [
      {
        path: CHAT,
        body: ask,
        answer: whole({ code: 0, sid: 's', choices: [{ message: { content: 'a' }, finish_reason: 'length' }] }),
        client: { json: { choices: [{ finish_reason: 'length' }] } },
      },
      {
        path: CHAT,
        body: { ...ask, stream: true },
        answer: events(spark('length'), '[DONE]'),
        chunks: (chunks) =>
          expect(chunks.flatMap(({ choices }) => choices.flatMap((one) => one.finish_reason ?? []))).toEqual([
            'length',
          ]),
      },
    ],
  },
  {
    item: '16',
    says: 'Triton’s version stands where it belongs in the path of a stream',
    plugins: proxy({ type: 'triton', tritonDomain: 'triton.test', tritonModelVersion: '3' }),
    steps: [
      {
        path: CHAT,
        body: { ...ask, stream: true },
        answer: ANSWERS.triton.stream,
        upstream: { path: '/v2/models/m/versions/3/generate_stream' },
      },
    ],
  },
  KEYS,
  ...[{ block_exact_urls: ['/exact'] }, { block_regexp_urls: ['^/ex[a]ct$'] }].map(
    (config): Row => ({
      item: '23',
      says: `request-block knows ${Object.keys(config)[0]} without block_urls`,
      plugins: { 'request-block': config },
      steps: [{ path: '/other', upstream: { path: '/other' } }],
    }),
  ),
];

/** Routes of tests that are more than a row. */
const CONCURRENT = ['claude', 'gemini', 'cohere', 'dify', 'spark'] as const;
const MORE: readonly Row[] = [
  ...CONCURRENT.map((type): Row => ({ item: '7', says: type, plugins: proxy({ type }), steps: [] })),
  { item: '21', says: 'statistics', plugins: { 'ai-statistics': {} }, steps: [] },
];
const ALL = [...ROWS, ...MORE];

describe('defect', () => {
  const wire = rowsOnTheWire(ROWS, { more: MORE, separator: ': ' });

  const hostOfRow = (item: string, says: string) =>
    hostOf(ALL.findIndex((row) => row.item === item && row.says === says));

  it.each(CONCURRENT)('7: streams of type %s that come at once do not meet', async (type) => {
    const { parts, headers } = ANSWERS[type].stream;
    wire.llm.answer(async ({ body }, response) => {
      const own = /mark-\d+/.exec(body.toString())?.[0] ?? '';
      response.writeHead(200, headers);
      for (const part of parts) {
        response.write(
          part
            .toString()
            .replaceAll('Zürich ', `${own} `)
            .replaceAll(/(msg|resp|gen|c|s)[-_]1"/g, `${own}"`),
        );
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    const marks = Array.from({ length: 12 }, (_, index) => `mark-${index}`);
    const answers = await Promise.all(
      marks.map((content) =>
        wire.gateway.post(
          CHAT,
          { model: 'm', stream: true, messages: [{ role: 'user', content }] },
          { host: hostOfRow('7', type) },
        ),
      ),
    );
    const ids = new Set<string>();
    for (const [index, { body }] of answers.entries()) {
      expect(contentOf(body)).toBe(`${marks[index]} 🌧`);
      const own = new Set(body.match(/"id":"[^"]*"/g));
      expect(own.size).toBe(1);
      for (const id of own) ids.add(id);
    }
    expect(ids.size).toBe(marks.length);
  });

  it('21: ai-statistics lets an answer pass while it comes', async () => {
    let open: (() => void) | undefined;
    wire.llm.answer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"id":"first",');
      open = () => response.end('"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}');
    });
    const stream = openStream(`${wire.gateway.urls.http}${CHAT}`, { host: hostOfRow('21', 'statistics') }, ask);
    await eventually('the first piece arrives', () => stream.text() === '{"id":"first",');
    open?.();
    expect(await stream.over).toBe('end');
    expect(JSON.parse(stream.text())).toMatchObject({ usage: { total_tokens: 2 } });
  });

  it.each(ROWS.filter(({ item }) => item === '23').map(({ says }) => says))(
    '23: %s, and blocks by it',
    async (says) => {
      expect((await wire.gateway.get('/exact', { host: hostOfRow('23', says) })).status).toBe(403);
    },
  );

  it('24: two different keys are refused, wherever they stand', async () => {
    const host = hostOfRow(KEYS.item, KEYS.says);
    const two: readonly (readonly [path: string, headers: Record<string, string>])[] = [
      ['/?x-key=key-of-ann', { 'x-key': 'key-of-bob' }],
      ['/?x-key=key-of-ann&x-key=key-of-bob', {}],
    ];
    wire.llm.seen.length = 0;
    for (const [path, headers] of two) {
      const answer = await wire.gateway.get(path, { host, 'user-agent': 'two-keys', ...headers });
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, expect.stringMatching(/^Key realm=/)]);
    }
    expect(wire.llm.seen).toEqual([]);
    const refused = () => wire.gateway.log.split('\n').filter((one) => one.includes('"two-keys"'));
    await eventually('the log has them', () => refused().length === two.length);
    for (const line of refused()) expect(line).toContain('key-auth.multi_key');
  });

  it('9: gives each candidate of Gemini one choice in streams too', async () => {
    const candidate = (index: number, text: string, more: object = {}) => ({
      index,
      content: { parts: [{ text }] },
      ...more,
    });
    const answer = events(
      { candidates: [candidate(0, 'a'), candidate(1, 'A')] },
      { candidates: [candidate(0, 'b', { finishReason: 'STOP' }), candidate(1, 'B', { finishReason: 'STOP' })] },
    );
    wire.llm.answer((_request, response) => give(response, answer));
    const { body } = await wire.gateway.post(CHAT, { ...ask, n: 2, stream: true }, { host: hostOfRow('7', 'gemini') });
    const choices = body
      .split('\n\n')
      .filter((event) => event.startsWith('data: {'))
      .flatMap((event) => JSON.parse(event.slice('data: '.length)).choices);
    const said = (wanted: number) =>
      choices.filter(({ index }) => index === wanted).map(({ delta }) => delta.content ?? '');
    expect([said(0).join(''), said(1).join('')]).toEqual(['ab', 'AB']);
  });
});
