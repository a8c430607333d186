/** Streamed answers, cut anywhere. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chat, chunk, DONE, data, harness, post, stream, textsOf } from './testing.ts';

const HASH = createHash('sha256').update('sk-1').digest('hex');
const CONFIG = {
  deny_words: ['forbidden', '毒品'],
  deny_message: 'No.',
  replace_roles: [
    { regex: 'sk-\\d', type: 'hash', restore: true },
    { regex: '%{EMAILLOCALPART}@%{HOSTNAME:d}', type: 'replace', restore: true, value: '**@$d' },
  ],
};
const ask = post(chat('sk-1 and 我@a.cn ann@a.cn', { stream: true }));
const masking = harness(CONFIG);
const run = (parts: readonly (string | Uint8Array)[]) => masking.request({ ...ask, respond: () => stream(...parts) });
const said = async (...parts: string[]) => textsOf((await run(parts)).response.events());

describe('ai-data-masking: a stream', () => {
  it('has masks restored that are split over chunks', async () => {
    const pieces = [...HASH].map((letter) => chunk(0, { content: letter }));
    const { response } = await run([
      chunk(0, { role: 'assistant', content: '' }),
      ...pieces,
      chunk(0, {}, { finish_reason: 'stop' }),
      DONE,
    ]);
    expect(textsOf(response.events())).toEqual({ '0 content': 'sk-1' });
    const events = response.events();
    expect(events.at(-1)).toEqual({ data: '[DONE]' });
    expect(JSON.parse(events[0]?.data ?? '')).toMatchObject({
      choices: [{ delta: { role: 'assistant', content: '' } }],
    });
    // The chunks that were held back are gone: the role, the text, the end, [DONE].
    expect(events).toHaveLength(4);
  });

  it('keeps choices and members apart', async () => {
    const [a, b] = [HASH.slice(0, 30), HASH.slice(30)];
    const texts = await said(
      chunk(0, { reasoning_content: `r${a}` }),
      chunk(1, { content: `x${a}` }),
      chunk(0, { reasoning_content: b }),
      chunk(1, { content: b }),
      chunk(0, { content: 'and **@' }),
      chunk(1, { content: '!' }, { finish_reason: 'stop' }),
      chunk(0, { content: 'a.cn' }, { finish_reason: 'length' }),
      DONE,
    );
    expect(texts).toEqual({ '0 reasoning_content': 'rsk-1', '0 content': 'and ann@a.cn', '1 content': 'xsk-1!' });
  });

  it('lets text go when the member changes, before what follows', async () => {
    const { response } = await run([chunk(0, { reasoning_content: HASH.slice(0, 9) }), chunk(0, { content: 'x' })]);
    const deltas = response.events().map(({ data: text }) => JSON.parse(text ?? '').choices[0].delta);
    expect(deltas).toEqual([{ reasoning_content: HASH.slice(0, 9) }, { content: 'x' }]);
  });

  it('gives every choice of a chunk an event of its own, and usage once', async () => {
    const choices = [0, 1].map((index) => ({ index, delta: { content: `choice ${index}.` }, finish_reason: null }));
    const { response } = await run([data({ id: 'c', choices, usage: { total_tokens: 7 } })]);
    expect(response.events().map(({ data: text }) => JSON.parse(text ?? ''))).toEqual([
      { id: 'c', choices: [choices[0]], usage: null },
      { id: 'c', choices: [choices[1]], usage: { total_tokens: 7 } },
    ]);
  });

  it('loses no usage of chunks whose text is held back', async () => {
    const held = { id: 'c', choices: [{ index: 0, delta: { content: HASH.slice(0, 9) } }], usage: { total_tokens: 7 } };
    const { response } = await run([data(held), chunk(0, { content: HASH.slice(9) })]);
    const [first, second] = response.events().map(({ data: text }) => JSON.parse(text ?? ''));
    expect(first).toMatchObject({ usage: { total_tokens: 7 }, choices: [{ delta: { content: '' } }] });
    expect(second).toMatchObject({ choices: [{ delta: { content: 'sk-1' } }] });
  });

  it('has finish_reason in the last event of its choice, with the text that was held back', async () => {
    const { response } = await run([chunk(0, { content: 'a **@a' }), chunk(0, {}, { finish_reason: 'stop' })]);
    const choices = response.events().map(({ data: text }) => JSON.parse(text ?? '').choices[0]);
    expect(choices).toEqual([
      { index: 0, delta: { content: 'a ' }, finish_reason: null },
      { index: 0, delta: { content: '**@a' }, finish_reason: 'stop' },
    ]);
  });

  it.each([[DONE], []])('lets held text go at its end, before [DONE]: %j', async (...end) => {
    const { response } = await run([chunk(0, { content: 'a **@a' }), ...end]);
    expect(textsOf(response.events())).toEqual({ '0 content': 'a **@a' });
    expect(response.text.endsWith(end[0] ?? '"finish_reason":null}]}\n\n')).toBe(true);
  });

  it('passes byte by byte what it need not touch', async () => {
    const parts = [
      ': hi\n\n',
      'event:x\ndata: {"choices" : []}\n\n',
      'data: not json\n\n',
      chunk(0, { content: 'free' }),
      DONE,
    ];
    const { response } = await run(parts);
    expect(response.parts.join('')).toBe(parts.join(''));
    expect(response.parts).toEqual(parts);
  });

  it.each(['content', 'reasoning_content'])('ends with a denied word in %s', async (member) => {
    const parts = ['this is for', 'bid', 'den', ' and more'].map((text) => chunk(1, { [member]: text }));
    const { response } = await run([chunk(0, { content: 'hi' }), ...parts, chunk(0, { content: 'unheard' }), DONE]);
    expect(response.text).not.toMatch(/bid|den|more|unheard|DONE/);
    expect(textsOf(response.events())[`1 ${member}`]).toContain('this is ');
    expect(JSON.parse(response.events().at(-1)?.data ?? '')).toEqual({
      choices: [{ index: 1, delta: { role: 'assistant', content: 'No.' } }],
      usage: {},
    });
  });

  it('ends with a denied word at its very end', async () => {
    const { response } = await run([chunk(0, { content: '有毒品' }), DONE]);
    expect(textsOf(response.events())).toEqual({ '0 content': '有No.' });
  });

  it('is not read when there is nothing to look for', async () => {
    const plugin = harness({ ...CONFIG, deny_words: [] });
    const parts = [chunk(0, { content: HASH.slice(0, 9) }), chunk(0, { content: HASH.slice(9) })];
    const { response } = await plugin.request({
      ...post(chat('nothing', { stream: true })),
      respond: () => stream(...parts),
    });
    expect(response.parts).toEqual(parts);
  });

  it('that answers another body is read whole with deny_raw', async () => {
    const plugin = harness({ ...CONFIG, deny_raw: true });
    const { response } = await plugin.request({
      ...post('{"prompt":"sk-1"}'),
      respond: () => stream(`data: ${HASH.slice(0, 9)}`, `${HASH.slice(9)}\n\n`),
    });
    expect(response.text).toBe('data: sk-1\n\n');
  });

  /** A chunk without more than it needs: every byte below is a run. */
  const short = (index: number, delta: object, finish: string | null = null) =>
    data({ choices: [{ index, delta, finish_reason: finish }] });
  const STREAM = Buffer.from(
    [
      ': 开始\n\n',
      short(0, { reasoning_content: `想${HASH.slice(0, 20)}` }),
      short(1, { content: '**' }).replaceAll('\n', '\r\n'),
      short(0, { reasoning_content: `${HASH.slice(20)}！` }),
      short(0, { content: `𠮷 **@a.cn` }, 'stop'),
      short(1, { content: '@a.cn 毒' }),
      short(1, { content: '草' }, 'stop'),
      DONE,
    ].join(''),
  );
  const EXPECTED = { '0 reasoning_content': '想sk-1！', '0 content': '𠮷 ann@a.cn', '1 content': 'ann@a.cn 毒草' };

  it('says the same when it is cut at any byte', async () => {
    for (let at = 1; at < STREAM.length; at++) {
      const { response } = await run([STREAM.subarray(0, at), STREAM.subarray(at)]);
      expect(textsOf(response.events())).toEqual(EXPECTED);
      expect(response.text.match(/\[DONE\]/g)).toHaveLength(1);
    }
  });

  it('says the same when it comes byte by byte', async () => {
    const { response } = await run(Array.from(STREAM, (byte) => Buffer.of(byte)));
    expect(textsOf(response.events())).toEqual(EXPECTED);
  });

  it('says the same when it is cut at many bytes', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: STREAM.length - 1 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const sorted = [0, ...places.sort((a, b) => a - b), STREAM.length];
        const { response } = await run(sorted.slice(1).map((end, index) => STREAM.subarray(sorted[index], end)));
        expect(textsOf(response.events())).toEqual(EXPECTED);
      }),
      { numRuns: 60 },
    );
  });

  it('never lets a denied word go, wherever text is cut into chunks', async () => {
    const text = 'well forbidden, 我要毒品。';
    const cuts = fc.array(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const sorted = [0, ...places.sort((a, b) => a - b), text.length];
        const chunks = sorted.slice(1).map((end, index) => chunk(0, { content: text.slice(sorted[index], end) }));
        const content = textsOf((await run([...chunks, DONE])).response.events())['0 content'];
        // How much of the text before the word has left depends on the cuts.
        expect(
          ['No.', 'well No.', 'w', 'we', 'wel', 'well'].some((start) => content === start || content === `${start}No.`),
        ).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
