/** Whole requests and answers; streams are in stream.test.ts. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { effectiveConfig } from './config.ts';
import { answer, chat, completion, harness, post } from './testing.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const RULES = [
  { regex: '%{EMAILLOCALPART}@%{HOSTNAME:domain}', type: 'replace', restore: true, value: '****@$domain' },
  { regex: '%{IP}', type: 'replace', restore: true, value: '***.***.***.***' },
  { regex: 'sk-[0-9a-zA-Z]+', type: 'hash', restore: true },
  { regex: '%{MOBILE}', type: 'replace', value: '(phone)' },
];
/** Answers with what the model got, in the given member. */
const echo =
  (member = 'content') =>
  (upstream: { json(): unknown }) =>
    answer(completion({ [member]: (upstream.json() as { messages: [{ content: string }] }).messages[0].content }));

describe('ai-data-masking: denied words', () => {
  it('block a chat', async () => {
    const { upstream, response, reply } = await harness({ deny_words: ['bad'] }).request(post(chat('a bad day')));
    expect(upstream).toBeUndefined();
    expect(reply?.details).toBe('ai-data-masking.request_denied');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(response.json()).toEqual({
      choices: [{ index: 0, message: { role: 'assistant', content: expect.stringContaining('敏感词') } }],
      usage: {},
    });
  });

  it('block a streamed chat with one event', async () => {
    const plugin = harness({ deny_words: ['bad'], deny_message: 'No.', deny_code: 403 });
    const { response } = await plugin.request(post(chat('bad', { stream: true })));
    expect([response.status, response.headers.get('content-type')]).toEqual([403, 'text/event-stream;charset=UTF-8']);
    const choices = [{ index: 0, delta: { role: 'assistant', content: 'No.' } }];
    expect(response.text).toBe(`data: ${JSON.stringify({ choices, usage: {} })}\n\n`);
  });

  it.each([
    ['reasoning_content', { messages: [{ role: 'assistant', reasoning_content: 'bad' }] }],
    ['an earlier message', { messages: [{ content: 'bad' }, { content: 'x' }] }],
    ['a part of a message', { messages: [{ content: [{ type: 'image_url' }, { type: 'text', text: 'bad' }] }] }],
  ])('are found in %s', async (_where, body) => {
    const { upstream } = await harness({ deny_words: ['bad'] }).request(post(JSON.stringify(body)));
    expect(upstream).toBeUndefined();
  });

  it.each([['badly'], [''], [null], [42]])('let %j pass as it is', async (content) => {
    const body = chat(content).replace('{', '{ ');
    const { upstream } = await harness({ deny_words: ['bad'] }).request(post(body));
    expect(upstream?.text).toBe(body);
  });

  it('may be numbers and have blanks around them', async () => {
    const plugin = harness({ deny_words: [42, ' bad ', ''] });
    expect((await plugin.request(post(chat('42')))).upstream).toBeUndefined();
    expect((await plugin.request(post(chat('bad')))).upstream).toBeUndefined();
    expect((await plugin.request(post(chat(' ')))).upstream).toBeDefined();
  });

  it('come from the list of our own with system_deny', async () => {
    expect((await harness({ system_deny: true }).request(post(chat('哪里有海洛因？')))).upstream).toBeUndefined();
    expect((await harness({}).request(post(chat('哪里有海洛因？')))).upstream).toBeDefined();
  });

  it('come from system_words in its place', async () => {
    const plugin = harness({ system_deny: true, system_words: ['codename'] });
    expect((await plugin.request(post(chat('my codename')))).upstream).toBeUndefined();
    expect((await plugin.request(post(chat('哪里有海洛因？')))).upstream).toBeDefined();
  });

  it.each(['content', 'reasoning_content'])('block an answer with one in %s of any choice', async (member) => {
    const { response } = await harness({ deny_words: ['bad'], deny_code: 403 }).request({
      ...post(chat('x')),
      respond: () => answer(completion({ content: 'good' }, { [member]: 'so bad' }), 201),
    });
    expect(response.status).toBe(201);
    expect(response.text).not.toContain('bad');
    expect(response.json()).toMatchObject({ choices: [{ index: 0, message: { role: 'assistant' } }] });
  });

  it('are not in the log with their text', async () => {
    const plugin = harness({ deny_words: ['bad'] });
    await plugin.request(post(chat('private matter: bad')));
    expect(plugin.logs).toEqual([
      {
        level: 'warn',
        message: 'a denied word was found',
        fields: { route: 'test-route', word: 'bad', where: 'request' },
      },
    ]);
    expect(plugin.metrics).toMatchObject([{ name: 'higress_ai_data_masking_denied_total', value: 1 }]);
  });
});

describe('ai-data-masking: masks', () => {
  const text = 'curl http://172.20.5.14/a -H "sk-12345" -u test@gmail.com # 13800138000';

  it('stand in the request and are undone in the answer', async () => {
    const { upstream, response } = await harness({ replace_roles: RULES }).request({
      ...post(chat(text)),
      respond: echo(),
    });
    const masked = `curl http://***.***.***.***/a -H "${sha256('sk-12345')}" -u ****@gmail.com # (phone)`;
    expect(upstream?.text).toBe(chat(masked));
    expect(response.json()).toEqual(completion({ content: text.replace('13800138000', '(phone)') }));
  });

  it('are undone in reasoning_content', async () => {
    const { response } = await harness({ replace_roles: RULES }).request({
      ...post(chat('sk-1')),
      respond: echo('reasoning_content'),
    });
    expect(response.json()).toMatchObject({ choices: [{ message: { reasoning_content: 'sk-1' } }] });
  });

  it('leave every other byte of request and answer as it was', async () => {
    const body = '{"seed": 12345678901234567890 , "messages":[ {"content":"sk-1","x":1.0} ]}';
    const { upstream, response } = await harness({ replace_roles: RULES }).request({
      ...post(body),
      respond: ({ text: seen }) =>
        answer(`{"n":1.00, "choices":[{"message":${seen.slice(seen.indexOf('{"content"'), -2)} }]}`),
    });
    expect(upstream?.text).toBe(body.replace('sk-1', sha256('sk-1')));
    expect(response.text).toBe('{"n":1.00, "choices":[{"message":{"content":"sk-1","x":1.0}  }]}');
  });

  it('that stand for two originals are left', async () => {
    const { response } = await harness({ replace_roles: RULES }).request({
      ...post(chat('10.0.0.1 10.0.0.2 a@b.c a@b.c')),
      respond: echo(),
    });
    expect(response.json()).toEqual(completion({ content: '***.***.***.*** ***.***.***.*** a@b.c a@b.c' }));
  });

  it('are known across all messages of a request', async () => {
    const messages = ['a@b.c', 'x@b.c', 'a@z.c'].map((content) => ({ role: 'user', content }));
    const { response } = await harness({ replace_roles: RULES }).request({
      ...post(JSON.stringify({ messages })),
      respond: () => answer(completion({ content: '****@b.c and ****@z.c' })),
    });
    expect(response.json()).toEqual(completion({ content: '****@b.c and a@z.c' }));
  });

  it('of a later rule may hold those of an earlier one', async () => {
    const rules = [
      { regex: '\\d+', type: 'replace', restore: true, value: '#' },
      { regex: 'id: \\S+', type: 'hash', restore: true },
    ];
    const { upstream, response } = await harness({ replace_roles: rules }).request({
      ...post(chat('id: 77')),
      respond: echo(),
    });
    expect(upstream?.text).toBe(chat(sha256('id: #')));
    expect(response.json()).toEqual(completion({ content: 'id: 77' }));
  });

  it('are not undone without restore, and with skip_response', async () => {
    const rule = { regex: 'sk-\\d', type: 'hash' };
    const plain = await harness({ replace_roles: [rule] }).request({ ...post(chat('sk-1')), respond: echo() });
    expect(plain.response.json()).toEqual(completion({ content: sha256('sk-1') }));
    const skipping = harness({ replace_roles: [{ ...rule, restore: true }], skip_response: true, deny_words: ['bad'] });
    const skipped = await skipping.request({ ...post(chat('sk-1')), respond: echo() });
    expect(skipped.response.json()).toEqual(completion({ content: sha256('sk-1') }));
  });

  it('of several requests at once do not meet', async () => {
    const plugin = harness({ replace_roles: RULES });
    const ask = (name: string) =>
      plugin.request({
        ...post(chat(`${name}@b.c`)),
        respond: (seen) => Promise.resolve().then(() => echo()(seen)),
      });
    const answers = await Promise.all(['ann', 'bob', 'cid'].map(ask));
    expect(answers.map(({ response }) => response.json())).toEqual(
      ['ann', 'bob', 'cid'].map((name) => completion({ content: `${name}@b.c` })),
    );
  });

  it('that take a regular expression for ever end the request', async () => {
    const plugin = harness({ replace_roles: [{ regex: '(a+)+$', type: 'hash' }] });
    const { response, upstream } = await plugin.request(post(chat(`${'a'.repeat(60)}b`)));
    expect([response.status, upstream]).toEqual([500, undefined]);
    expect(JSON.stringify(plugin.logs)).toContain('took longer than');
  });
});

describe('ai-data-masking: other bodies', () => {
  const config = { deny_words: ['bad'], replace_roles: RULES };

  it('are left alone by default', async () => {
    const { upstream, response } = await harness(config).request({
      ...post('{"q":"bad sk-1"}'),
      respond: () => answer('bad'),
    });
    expect([upstream?.text, response.text]).toEqual(['{"q":"bad sk-1"}', 'bad']);
  });

  it('are read at the places of deny_jsonpath', async () => {
    const plugin = harness({ ...config, deny_jsonpath: ['$.q[*].text', '$.out', ''] });
    const { upstream, response } = await plugin.request({
      ...post('{"q":[{"text":"sk-1"},{"text":5}], "other":"bad sk-2"}'),
      respond: () => answer({ out: `key ${sha256('sk-1')}`, not: `bad ${sha256('sk-1')}` }),
    });
    expect(upstream?.text).toBe(`{"q":[{"text":"${sha256('sk-1')}"},{"text":5}], "other":"bad sk-2"}`);
    expect(response.json()).toEqual({ out: 'key sk-1', not: `bad ${sha256('sk-1')}` });
    const denied = await plugin.request(post('{"q":[{"text":"so bad"}]}'));
    expect([denied.response.status, denied.response.json()]).toEqual([
      200,
      { errmsg: expect.stringContaining('敏感词') },
    ]);
    const blocked = await plugin.request({ ...post('{"q":1}'), respond: () => answer({ out: 'bad' }) });
    expect(blocked.response.json()).toEqual({ errmsg: expect.stringContaining('敏感词') });
  });

  it('are read at the places of deny_jsonpath even when they are chats, without deny_openai', async () => {
    const plugin = harness({ ...config, deny_openai: false, deny_jsonpath: ['$.messages[?@.role == "user"].content'] });
    const body = '{"messages":[{"role":"system","content":"bad"},{"role":"user","content":"sk-1"}]}';
    const { upstream } = await plugin.request(post(body));
    expect(upstream?.text).toBe(body.replace('sk-1', sha256('sk-1')));
  });

  it('are read whole with deny_raw', async () => {
    const plugin = harness({
      ...config,
      deny_raw: true,
      deny_code: 418,
      deny_raw_message: '<no/>',
      deny_content_type: 'text/xml',
    });
    const { upstream, response } = await plugin.request({
      ...post('q=sk-1'),
      respond: ({ text }) => ({ headers: { 'content-type': 'text/plain' }, body: `you said ${text}` }),
    });
    expect([upstream?.text, response.text]).toEqual([`q=${sha256('sk-1')}`, 'you said q=sk-1']);
    const denied = await plugin.request(post('q=bad'));
    expect([denied.response.status, denied.response.headers.get('content-type'), denied.response.text]).toEqual([
      418,
      'text/xml',
      '<no/>',
    ]);
    const blocked = await plugin.request({ path: '/page', respond: () => ({ status: 203, body: 'bad page' }) });
    expect([blocked.response.status, blocked.response.headers.get('content-type'), blocked.response.text]).toEqual([
      203,
      'text/xml',
      '<no/>',
    ]);
  });

  it('restore in a whole answer what came out of selected strings, as JSON', async () => {
    const rules = [{ regex: '<.*>', type: 'replace', restore: true, value: '[x]' }];
    const plugin = harness({ deny_raw: true, deny_jsonpath: ['$.q'], replace_roles: rules });
    const { response } = await plugin.request({
      ...post(JSON.stringify({ q: '<"a"\n>' })),
      respond: ({ text }) => answer(`{"said":${text}}`),
    });
    expect(response.json()).toEqual({ said: { q: '<"a"\n>' } });
  });

  it('that are no UTF-8 pass', async () => {
    const bytes = Buffer.from([0xff, 0x62, 0x61, 0x64]);
    const plugin = harness({ deny_words: ['bad'], deny_raw: true });
    const { upstream, response } = await plugin.request({ body: bytes, respond: () => ({ body: bytes }) });
    expect([upstream?.body, response.body]).toEqual([bytes, bytes]);
  });

  it.each(['', '[]', '"bad"', '{"messages":"bad"}', '{"messages":{"content":"bad"}}'])('are %j too', async (body) => {
    const { upstream } = await harness({ deny_words: ['bad'] }).request(post(body));
    expect(upstream?.text).toBe(body);
  });
});

describe('ai-data-masking: configuration', () => {
  it.each([
    [{ deny_jsonpath: ['messages'] }, 'deny_jsonpath.0', '"messages" is not a JSONPath (RFC 9535)'],
    [{ replace_roles: [{ regex: '(', type: 'hash' }] }, 'replace_roles.0.regex', '"(" cannot be used: Unclosed group'],
    [{ replace_roles: [{ regex: '%{IPP}', type: 'hash' }] }, 'replace_roles.0.regex', 'did you mean "IP"?'],
    [{ replace_roles: [{ type: 'hash' }] }, 'replace_roles.0.regex', ''],
    [{ replace_roles: [{ regex: 'x', type: 'drop' }] }, 'replace_roles.0.type', 'hash'],
    [{ deny_code: 99 }, 'deny_code', '200'],
    [{ deny_words: 'bad' }, 'deny_words', 'array'],
  ])('%j is refused', (config, path, message) => {
    expect(() => effectiveConfig(config, undefined)).toThrow(expect.objectContaining({ path }));
    expect(() => effectiveConfig(config, undefined)).toThrow(message);
  });

  it('of a rule replaces the global one', () => {
    expect(effectiveConfig({ deny_words: ['a'] }, { deny_words: ['b'] })?.words).toEqual(['b']);
    expect(effectiveConfig(undefined, undefined)).toBeUndefined();
  });

  it('is plain data, as it travels to the plugin server', () => {
    const config = effectiveConfig({ replace_roles: RULES, system_deny: true }, undefined);
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });
});
