/** Anthropic's messages and OpenAI's responses: the same rules as for chats. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parseSse, type SseEvent, writeSse } from '#lib/sse.ts';
import { answer, harness, post, stream } from './testing.ts';

const HASH = createHash('sha256').update('sk-1').digest('hex');
const CONFIG = {
  deny_words: ['forbidden', '毒品'],
  deny_message: 'No.',
  deny_code: 403,
  replace_roles: [
    { regex: 'sk-\\d', type: 'hash', restore: true },
    { regex: '%{EMAILLOCALPART}@%{HOSTNAME:d}', type: 'replace', restore: true, value: '**@$d' },
  ],
};
const masking = harness(CONFIG);
const messages = (body: object) => post(JSON.stringify({ model: 'm', max_tokens: 9, ...body }), '/v1/messages?beta=1');
const responses = (body: object) => post(JSON.stringify({ model: 'm', ...body }), '/v1/responses');
interface Typed {
  readonly type: string;
  readonly [member: string]: unknown;
}
const typed = (value: Typed) => writeSse({ event: value.type, data: JSON.stringify(value) });
const valuesOf = (events: readonly SseEvent[]) =>
  events.flatMap(({ data }) => (data === undefined ? [] : JSON.parse(data)));

describe("ai-data-masking: Anthropic's messages", () => {
  const text = (value: string) => ({ type: 'text', text: value });

  it('are masked wherever they hold text, and nowhere else', async () => {
    const body = (key: string) => ({
      system: [{ ...text(`be ${key}`), cache_control: { type: 'ephemeral' } }],
      messages: [
        { role: 'user', content: `one ${key}` },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: `think ${key}`, signature: 's' },
            text(key),
            { type: 'tool_use', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't', content: `result ${key}` },
            { type: 'tool_result', tool_use_id: 'u', content: [text(key), { type: 'image', source: { data: 'x' } }] },
            { type: 'document', source: { type: 'text', data: `page ${key}` } },
          ],
        },
      ],
    });
    const { upstream } = await masking.request(messages(body('sk-1')));
    expect(upstream?.json()).toEqual({ model: 'm', max_tokens: 9, ...body(HASH) });
    const { upstream: plain } = await masking.request(messages({ system: 'is sk-1', messages: [] }));
    expect(plain?.json()).toMatchObject({ system: `is ${HASH}` });
  });

  it('have masks restored in texts and thoughts of a whole answer', async () => {
    const content = (key: string) => [{ type: 'thinking', thinking: `of ${key}`, signature: 's' }, text(`is ${key}`)];
    const { response } = await masking.request({
      ...messages({ messages: [{ role: 'user', content: 'sk-1' }] }),
      respond: () => answer({ type: 'message', content: content(HASH), usage: { output_tokens: 3 } }),
    });
    expect(response.json()).toEqual({ type: 'message', content: content('sk-1'), usage: { output_tokens: 3 } });
  });

  const denied = { id: expect.stringMatching(/^msg_/), type: 'message', role: 'assistant', content: [text('No.')] };

  it.each([['system'], ['messages']])('block a question with a denied word in %s', async (member) => {
    const said = member === 'system' ? 'forbidden' : [{ role: 'user', content: [text('forbidden')] }];
    const { upstream, response } = await masking.request(messages({ messages: [], [member]: said }));
    expect(upstream).toBeUndefined();
    expect(response.status).toBe(403);
    expect(response.json()).toMatchObject({ ...denied, model: 'm', stop_reason: 'end_turn' });
  });

  it('block a streamed question with a stream', async () => {
    const { response } = await masking.request(
      messages({ stream: true, messages: [{ role: 'user', content: 'forbidden' }] }),
    );
    expect([response.status, response.headers.get('content-type')]).toEqual([403, 'text/event-stream;charset=UTF-8']);
    expect(parseSse(response.text).map(({ event }) => event)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
  });

  it('block an answer, which keeps its status', async () => {
    const { response } = await masking.request({
      ...messages({ messages: [] }),
      respond: () => answer({ type: 'message', content: [text('a forbidden one')] }),
    });
    expect(response.status).toBe(200);
    expect(response.json()).toMatchObject(denied);
  });

  const delta = (index: number, kind: 'text' | 'thinking', value: string) =>
    typed({ type: 'content_block_delta', index, delta: { type: `${kind}_delta`, [kind]: value } });
  const START = typed({ type: 'message_start', message: { id: 'msg', content: [], usage: { input_tokens: 1 } } });
  const block = (index: number, kind: 'text' | 'thinking') =>
    typed({ type: 'content_block_start', index, content_block: { type: kind, [kind]: '' } });
  const signature = typed({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'signature_delta', signature: 's' },
  });
  const stop = (index: number) => typed({ type: 'content_block_stop', index });
  const END = [typed({ type: 'message_delta', delta: { stop_reason: 'end_turn' } }), typed({ type: 'message_stop' })];
  const STREAM = Buffer.from(
    [
      START,
      ': 开始\n\n',
      block(0, 'thinking'),
      delta(0, 'thinking', `想${HASH.slice(0, 20)}`),
      typed({ type: 'ping' }),
      delta(0, 'thinking', HASH.slice(20)),
      delta(0, 'thinking', '**@a').replaceAll('\n', '\r\n'),
      signature,
      stop(0),
      block(1, 'text'),
      delta(1, 'text', '𠮷 **@'),
      delta(1, 'text', 'a.cn'),
      stop(1),
      ...END,
    ].join(''),
  );
  const ask = messages({ stream: true, messages: [{ role: 'user', content: 'sk-1 ann@a.cn' }] });
  const run = (parts: readonly (string | Uint8Array)[]) => masking.request({ ...ask, respond: () => stream(...parts) });
  const textsOf = (events: readonly SseEvent[]) => {
    const texts = ['', ''];
    for (const { index, delta: piece } of valuesOf(events)) {
      if (piece?.text ?? piece?.thinking) texts[index] += piece.text ?? piece.thinking;
    }
    return texts;
  };

  it('say the same when their stream is cut at any byte', async () => {
    for (let at = 1; at < STREAM.length; at++) {
      const { response } = await run([STREAM.subarray(0, at), STREAM.subarray(at)]);
      expect(textsOf(response.events())).toEqual(['想sk-1**@a', '𠮷 ann@a.cn']);
    }
    const { response } = await run(Array.from(STREAM, (byte) => Buffer.of(byte)));
    expect(textsOf(response.events())).toEqual(['想sk-1**@a', '𠮷 ann@a.cn']);
  });

  it('keep the order of their events: what was held back comes before the signature and the end of its block', async () => {
    const { response } = await run([STREAM]);
    const types = valuesOf(response.events()).map(({ type, delta: piece }) => piece?.type ?? type);
    expect(types).toEqual([
      'message_start',
      'content_block_start',
      'thinking_delta',
      'ping',
      'thinking_delta',
      'thinking_delta',
      'signature_delta',
      'content_block_stop',
      'content_block_start',
      'text_delta',
      'text_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(response.events().every(({ event, data }) => !data || event === JSON.parse(data).type)).toBe(true);
  });

  it('lose nothing when the stream breaks off', async () => {
    const { response } = await run([START, block(0, 'text'), delta(0, 'text', 'a **@')]);
    expect(textsOf(response.events())[0]).toBe('a **@');
  });

  it('leave byte for byte when nothing is masked in them', async () => {
    const bytes = [START, block(0, 'text'), delta(0, 'text', 'plain.').replace('{', '{ '), stop(0), ...END].join('');
    expect((await run([bytes])).response.text).toBe(bytes);
  });

  it.each(['text', 'thinking'] as const)('end with the message after a denied word in %s', async (kind) => {
    const { response } = await run([
      START,
      block(0, kind),
      delta(0, kind, 'so for'),
      delta(0, kind, 'bidden '),
      delta(0, kind, 'and more'),
      stop(0),
      ...END,
    ]);
    const values = valuesOf(response.events());
    expect(response.text).not.toMatch(/bidden|more/);
    expect(values.slice(-6)).toEqual([
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: text('') },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'No.' } },
      { type: 'content_block_stop', index: 1 },
      expect.objectContaining({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null } }),
      { type: 'message_stop' },
    ]);
  });
});

describe("ai-data-masking: OpenAI's responses", () => {
  const part = (value: string) => ({ type: 'output_text', text: value, annotations: [] });

  it('are masked wherever they hold text', async () => {
    const body = (key: string) => ({
      instructions: `be ${key}`,
      input: [
        { role: 'user', content: `one ${key}` },
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: key },
            { type: 'input_image', image_url: 'u' },
          ],
        },
        { type: 'reasoning', summary: [{ type: 'summary_text', text: key }] },
        { type: 'function_call_output', call_id: 'c', output: `found ${key}` },
      ],
    });
    const { upstream } = await masking.request(responses(body('sk-1')));
    expect(upstream?.json()).toEqual({ model: 'm', ...body(HASH) });
    expect((await masking.request(responses({ input: 'sk-1' }))).upstream?.json()).toMatchObject({ input: HASH });
  });

  const outputOf = (key: string) => [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: `of ${key}` }] },
    { type: 'message', role: 'assistant', content: [part(`is ${key}`), { type: 'refusal', refusal: key }] },
  ];

  it('have masks restored in a whole answer', async () => {
    const { response } = await masking.request({
      ...responses({ input: 'sk-1' }),
      respond: () =>
        answer({ object: 'response', instructions: HASH, output: outputOf(HASH), usage: { total_tokens: 3 } }),
    });
    expect(response.json()).toMatchObject({
      instructions: 'sk-1',
      output: outputOf('sk-1'),
      usage: { total_tokens: 3 },
    });
  });

  const denied = {
    object: 'response',
    status: 'completed',
    output: [expect.objectContaining({ type: 'message', role: 'assistant', content: [part('No.')] })],
  };

  it.each([
    ['instructions', { instructions: 'forbidden', input: 'x' }],
    ['input', { input: [{ role: 'user', content: [{ type: 'input_text', text: 'forbidden' }] }] }],
  ])('block a question with a denied word in %s', async (_where, body) => {
    const { upstream, response } = await masking.request(responses(body));
    expect(upstream).toBeUndefined();
    expect(response.status).toBe(403);
    expect(response.json()).toMatchObject({ ...denied, model: 'm' });
  });

  it('block an answer, which keeps its status', async () => {
    const { response } = await masking.request({
      ...responses({ input: 'x' }),
      respond: () => answer({ object: 'response', output: outputOf('forbidden') }),
    });
    expect(response.status).toBe(200);
    expect(response.json()).toMatchObject(denied);
  });

  /** Numbers every event as it stands in the stream. */
  const numbered = (...events: readonly Typed[]) =>
    events.map((event, sequence_number) => typed({ ...event, sequence_number }));
  const at = { item_id: 'msg', output_index: 0, content_index: 0 };
  const delta = (value: string) => ({ type: 'response.output_text.delta', ...at, delta: value });
  const item = (value: string) => ({ id: 'msg', type: 'message', content: [part(value)] });
  const streamOf = (...deltas: readonly string[]) => {
    const whole = deltas.join('');
    return numbered(
      {
        type: 'response.created',
        response: { id: 'resp', object: 'response', status: 'in_progress', instructions: HASH, output: [] },
      },
      { type: 'response.output_item.added', output_index: 0, item: { id: 'msg', type: 'message', content: [] } },
      { type: 'response.content_part.added', ...at, part: part('') },
      ...deltas.map(delta),
      { type: 'response.output_text.done', ...at, text: whole },
      { type: 'response.content_part.done', ...at, part: part(whole) },
      { type: 'response.output_item.done', output_index: 0, item: item(whole) },
      {
        type: 'response.completed',
        response: { id: 'resp', object: 'response', status: 'completed', instructions: HASH, output: [item(whole)] },
      },
    );
  };
  const ask = responses({ stream: true, input: 'sk-1 ann@a.cn' });
  const run = (parts: readonly (string | Uint8Array)[]) => masking.request({ ...ask, respond: () => stream(...parts) });
  const expectRestored = (events: readonly SseEvent[]) => {
    const values = valuesOf(events);
    expect(values.map(({ delta: piece = '' }) => piece).join('')).toBe('想ann@a.cn **@');
    expect(values.map(({ sequence_number }) => sequence_number)).toEqual(values.map((_value, index) => index));
    const [last, done] = [values.at(-1), values.find(({ type }) => type === 'response.output_text.done')];
    expect([last.response.instructions, last.response.output[0].content[0].text, done.text]).toEqual([
      'sk-1',
      '想ann@a.cn **@',
      '想ann@a.cn **@',
    ]);
  };
  /** Without what is tested elsewhere: every byte is a run. */
  const SHORT = Buffer.from(
    numbered(
      { type: 'response.created', response: { instructions: HASH } },
      delta('想*'),
      delta('*@a'),
      delta('.cn **@'),
      { type: 'response.output_text.done', ...at, text: '想**@a.cn **@' },
      { type: 'response.completed', response: { instructions: HASH, output: [item('想**@a.cn **@')] } },
    ).join(''),
  );
  const STREAM = Buffer.from(streamOf('想*', '*@a', '.cn **@').join(''));

  it('say the same when their stream is cut at any byte, and number their events anew', async () => {
    for (let place = 1; place < SHORT.length; place++) {
      expectRestored((await run([SHORT.subarray(0, place), SHORT.subarray(place)])).response.events());
    }
    expectRestored((await run(Array.from(STREAM, (byte) => Buffer.of(byte)))).response.events());
  });

  it('leave byte for byte when nothing is masked in them', async () => {
    const bytes = streamOf('plain', ' text.').join('').replaceAll(HASH, 'x').replaceAll('{"type"', '{ "type"');
    expect((await run([bytes])).response.text).toBe(bytes);
  });

  it('restore masks in thoughts and refusals as well', async () => {
    const place = { item_id: 'rs', output_index: 0, summary_index: 0 };
    const { response } = await run(
      numbered(
        { type: 'response.reasoning_summary_text.delta', ...place, delta: HASH.slice(0, 9) },
        { type: 'response.reasoning_summary_text.delta', ...place, delta: HASH.slice(9) },
        { type: 'response.reasoning_summary_text.done', ...place, text: HASH },
        { type: 'response.refusal.delta', ...at, output_index: 1, delta: `no ${HASH}` },
        { type: 'response.refusal.done', ...at, output_index: 1, refusal: `no ${HASH}` },
      ),
    );
    expect(valuesOf(response.events()).map((one) => one.delta ?? one.text ?? one.refusal)).toEqual([
      'sk-1',
      'sk-1',
      'no sk-1',
      'no sk-1',
    ]);
  });

  it('end with the message after a denied word', async () => {
    const { response } = await run(streamOf('so for', 'bidden ', 'and more'));
    expect(response.text).not.toMatch(/bidden|more/);
    const values = valuesOf(response.events());
    expect(values.at(-1)).toMatchObject({ type: 'response.completed', response: { id: 'resp', ...denied } });
    expect(values.slice(-7).map(({ type, output_index }) => [type, output_index])).toEqual([
      ['response.output_item.added', 1],
      ['response.content_part.added', 1],
      ['response.output_text.delta', 1],
      ['response.output_text.done', 1],
      ['response.content_part.done', 1],
      ['response.output_item.done', 1],
      ['response.completed', undefined],
    ]);
    expect(values.map(({ sequence_number }) => sequence_number)).toEqual(values.map((_value, index) => index));
  });

  it('block a streamed question with a stream', async () => {
    const { response } = await masking.request(responses({ stream: true, input: 'forbidden' }));
    const values = valuesOf(parseSse(response.text));
    expect([response.status, values[0].type, values.at(-1).type]).toEqual([
      403,
      'response.created',
      'response.completed',
    ]);
    expect(values.at(-1).response).toMatchObject(denied);
  });
});
