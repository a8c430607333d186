/** Which events of a translated stream Envoy may translate itself, and that the client gets the same either way. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { FilterHooks } from '#plugin-sdk/hooks.ts';
import { chainEntry, testChain } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import plugin from './plugin.ts';

type Event = Readonly<Record<string, unknown>> & { readonly type: string };

const START: Event = { type: 'message_start', message: { id: 'msg_1', model: 'claude-x', usage: { input_tokens: 3 } } };
const END: readonly Event[] = [
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
  { type: 'message_stop' },
];
const block = (index: number, content_block: object): Event => ({ type: 'content_block_start', index, content_block });
const delta = (index: number, part: object): Event => ({ type: 'content_block_delta', index, delta: part });
const texts = (index: number, ...all: readonly string[]) =>
  all.map((text) => delta(index, { type: 'text_delta', text }));
const stop = (index: number): Event => ({ type: 'content_block_stop', index });

const TEXT = block(0, { type: 'text', text: '' });
const WORDS = texts(0, 'Grüß ', 'Gott', ', "世界" 🌍\n', '', '\u2028');
const MIXED = [
  block(0, { type: 'thinking', thinking: '' }),
  ...['Two ', 'cities'].map((thinking) => delta(0, { type: 'thinking_delta', thinking })),
  delta(0, { type: 'signature_delta', signature: 'c2ln' }),
  stop(0),
  block(1, { type: 'text', text: '' }),
  ...texts(1, 'Look', 'ing'),
  stop(1),
  ...[2, 3].flatMap((index) => [
    block(index, { type: 'tool_use', id: `t${index}`, name: 'weather', input: {} }),
    ...['', '{"city": "Par', 'is\\""}'].map((partial_json) => delta(index, { type: 'input_json_delta', partial_json })),
    stop(index),
  ]),
];

const sse = (event: Event, lineEnd = '\n') =>
  `event: ${event.type}${lineEnd}data: ${JSON.stringify(event)}${lineEnd}${lineEnd}`;
const lines = (events: readonly Event[]) => events.map((event) => sse(event));

const MARKS: FilterHooks = { needs: { responseBody: 'auto' }, onSseEvent: () => ({}) };

function proxy(provider: object = {}, others: readonly FilterHooks[] = []) {
  const config = effectiveConfig({ provider: { type: 'claude', apiTokens: ['t'], ...provider } }, undefined);
  if (!config) throw new Error('no provider is active');
  const entries = others.map((hooks, i) => ({ name: `other-${i}`, failStrategy: 'open' as const, hooks }));
  return testChain([chainEntry(plugin, config), ...entries], {
    host: { now: () => 1_700_000_000_000, random: () => 0 },
  });
}

/** What the client gets, and how many parts the plugins got. */
async function answer(
  chunks: readonly (string | Uint8Array)[],
  { copies = true, path = '/v1/chat/completions', headers = {}, harness = proxy() } = {},
) {
  const { response } = await harness.request({
    path,
    body: JSON.stringify({ model: 'm', max_tokens: 9, stream: true, messages: [{ role: 'user', content: 'q' }] }),
    headers: { 'content-type': 'application/json' },
    copies,
    respond: () => ({ headers: { 'content-type': 'text/event-stream', ...headers }, chunks }),
  });
  return { text: response.text, asked: response.asked };
}

async function sameEitherWay(chunks: readonly string[], harness = proxy()) {
  const { text, asked } = await answer(chunks, { harness });
  expect(text).toBe((await answer(chunks, { copies: false, harness })).text);
  expect(text).toContain('data: [DONE]');
  return asked;
}

describe('the events of an answer that reach ai-proxy', () => {
  it('are, one by one, those that are no tokens', async () => {
    const chunks = lines([START, TEXT, ...WORDS, ...WORDS, { type: 'ping' }, ...WORDS, stop(0), ...END]);
    expect(await sameEitherWay(chunks)).toBe(4);
  });

  it('are, all at once, those before and behind the tokens', async () => {
    expect(await sameEitherWay([lines([START, TEXT, ...WORDS, stop(0), ...END]).join('')])).toBe(2);
  });

  it('are of several blocks, thoughts and calls those that begin them', async () => {
    const all = lines([START, ...MIXED, ...END]);
    // The start, four blocks, the signature, the end.
    expect(await sameEitherWay(all)).toBe(8);
    expect(await sameEitherWay([all.join('')])).toBe(6);
  });

  it('do not depend on spaces that the vendor puts behind a token, line ends, names or comments', async () => {
    const padded = WORDS.map((event) => sse(event).replace('}}\n', '}    }\n'));
    expect(await sameEitherWay([...lines([START, TEXT]), ...padded, ...lines([stop(0), ...END])])).toBe(4);
    const returned = [START, TEXT, ...WORDS, stop(0), ...END].map((event) => sse(event, '\r\n'));
    expect(await sameEitherWay(returned)).toBe(4);
    const nameless = [START, TEXT, ...WORDS, stop(0), ...END].map((event) => `data: ${JSON.stringify(event)}\n\n`);
    expect(await sameEitherWay(nameless)).toBe(4);
    const commented = [...lines([START, TEXT, ...WORDS]), ': keep-alive\n\n', ...lines([...WORDS, stop(0), ...END])];
    expect(await sameEitherWay(commented)).toBe(5);
  });

  it('are those that are written in another way, or are no JSON', async () => {
    const odd = [
      'event: content_block_delta\ndata: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "spaced"}}\n\n',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\x"}}\n\n',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\t"}}\n\n',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":7,"delta":{"type":"text_delta","text":"elsewhere"}}\n\n',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"},"more":1}\n\n',
    ];
    // The first word as well: the last token that was read was one of another block.
    expect(await sameEitherWay([...lines([START, TEXT]), ...odd, ...lines([...WORDS, stop(0), ...END])])).toBe(10);
  });

  it.each([
    ['the vendor ends early', lines([START, TEXT, ...WORDS])],
    ['the vendor ends within an event', [...lines([START, TEXT, ...WORDS]), sse(WORDS[0]!).slice(0, -30)]],
    ['the vendor fails', lines([START, TEXT, ...WORDS, { type: 'error', error: { type: 'overloaded_error' } }])],
    ['something follows the end', lines([START, TEXT, ...WORDS, stop(0), ...END, ...WORDS, TEXT, ...WORDS])],
    ['a second message begins', lines([START, TEXT, ...WORDS, START, ...WORDS, TEXT, ...WORDS, stop(0), ...END])],
    [
      'a call has no beginning',
      lines([START, delta(1, { type: 'input_json_delta', partial_json: '{' }), TEXT, ...END]),
    ],
    ['a number comes again', lines([START, ...MIXED, ...MIXED, ...END])],
  ])('make the same answer when %s', async (_title, chunks) => {
    await sameEitherWay(chunks);
    await sameEitherWay([chunks.join('')]);
  });

  it.each([
    ['promoteThinkingOnEmpty is set', { harness: proxy({ promoteThinkingOnEmpty: true }) }],
    ['another plugin reads the answer', { harness: proxy({}, [MARKS]) }],
    ['the caller speaks to OpenAI as to Anthropic', { harness: proxy({ type: 'openai' }), path: '/v1/messages' }],
  ])('are all of them when %s', async (_title, options) => {
    const chunks = lines([START, TEXT, ...WORDS, stop(0), ...END]);
    const { asked, text } = await answer(chunks, options);
    expect(asked).toBe(chunks.length);
    expect(text).toBe((await answer(chunks, { ...options, copies: false })).text);
  });

  it('are all of them when the answer comes compressed', async () => {
    const bytes = gzipSync(lines([START, TEXT, ...WORDS, stop(0), ...END]).join(''));
    const chunks = Array.from(bytes, (byte) => Buffer.of(byte));
    const { asked, text } = await answer(chunks, { headers: { 'content-encoding': 'gzip' } });
    expect(asked).toBe(chunks.length);
    expect(text).toContain('data: [DONE]');
  });
});

describe('the events of a Gemini answer that reach ai-proxy', () => {
  const harness = () => proxy({ type: 'gemini' });
  const count = (n: number) => ({ promptTokenCount: 4, candidatesTokenCount: n, totalTokenCount: 4 + n });
  const event = (parts: readonly object[], n: number, candidate: object = {}) => {
    const content = { parts, role: 'model' };
    const all = {
      candidates: [{ content, ...candidate, index: 0 }],
      usageMetadata: count(n),
      modelVersion: 'gemini-2.0-flash',
      responseId: 'r-7',
    };
    return `data: ${JSON.stringify(all)}\r\n\r\n`;
  };
  const said = (text: string, n: number) => event([{ text }], n);
  const WORDS = ['Grüß ', 'Gott, 世界 🌍', '"\n', 'index": 1'].map((text, i) => said(text, 8 + 2 * i));
  const LAST = event([{ text: '!' }], 99, { finishReason: 'STOP' });

  it('are the first text and the last, whatever the vendor counts', async () => {
    expect(await sameEitherWay([...WORDS, ...WORDS, LAST], harness())).toBe(2);
    expect(await sameEitherWay([[...WORDS, ...WORDS, LAST].join('')], harness())).toBe(2);
  });

  it('are those that are no text alone', async () => {
    const odd = [
      event([{ text: 'thought', thought: true }], 5),
      said('', 6),
      event([{ functionCall: { name: 'f', args: {} } }], 7),
      event([{ text: 'two' }, { text: 'parts' }], 8),
      said('elsewhere', 9).replace('"index":0', '"index":1'),
      ': keep-alive\n\n',
    ];
    const chunks = [WORDS[0]!, ...odd.flatMap((one) => [one, ...WORDS]), LAST];
    await sameEitherWay(chunks, harness());
    await sameEitherWay([chunks.join('')], harness());
    await sameEitherWay([...odd, ...WORDS, LAST], harness());
  });

  it('make the same usage when the vendor ends early: what was counted last is remembered', async () => {
    expect(await sameEitherWay(WORDS, harness())).toBe(2);
    const { text } = await answer(WORDS, { harness: harness() });
    expect(text).toContain('"completion_tokens":14');
    await sameEitherWay([...WORDS, 'data: {"error":{"code":503,"message":"overloaded"}}\r\n\r\n'], harness());
    await sameEitherWay([...WORDS, WORDS[0]!.slice(0, -9)], harness());
  });
});
