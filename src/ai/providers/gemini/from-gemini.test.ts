import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { asObject, type JsonObject, objectsOf } from '#ai/json.ts';
import { SseParser, writeSse } from '#lib/sse.ts';
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { type Dialect, GEMINI_API, VERTEX_AI } from './dialect.ts';
import { readGoogleError } from './errors.ts';
import { fromGemini } from './from-gemini.ts';
import { geminiStream } from './stream.ts';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

const options = (dialect: Dialect) => {
  let ids = 0;
  return { dialect, model: 'gemini-sent', created: 1_700_000_000, newId: () => `id-${++ids}` };
};
const whole = (answer: unknown, dialect = GEMINI_API) =>
  fromGemini(typeof answer === 'string' ? answer : JSON.stringify(answer), options(dialect));
const spoken = (parts: object[], more: object = {}) =>
  objectsOf(whole({ candidates: [{ content: { parts }, finishReason: 'STOP', ...more }] }).choices)[0];

/** The stream as the vendor sends it. */
const wire = (name: string, newline = '\r\n') =>
  Buffer.from(
    fixture(name)
      .trim()
      .split('\n')
      .map((line) => `data: ${line}${newline}${newline}`)
      .join(''),
  );

function run(parts: readonly Buffer[], dialect = GEMINI_API): string {
  const parser = new SseParser();
  const step = geminiStream(options(dialect));
  const events: SseEvent[] = parts.flatMap((part) => parser.feed(part).flatMap((event) => [...step.next(event)]));
  events.push(...parser.end().flatMap((event) => [...step.next(event)]), ...step.end());
  return events.map(writeSse).join('');
}

const chunksOf = (text: string): JsonObject[] => {
  const lines = text.split('\n\n').filter((event) => event !== '');
  expect(lines.at(-1)).toBe('data: [DONE]');
  expect(lines.filter((line) => line.includes('[DONE]'))).toHaveLength(1);
  return lines.slice(0, -1).map((line) => JSON.parse(line.slice('data: '.length)) as JsonObject);
};
const deltasOf = (chunks: JsonObject[], index = 0) =>
  chunks
    .flatMap((chunk) => objectsOf(chunk.choices))
    .filter((choice) => choice.index === index)
    .map((choice) => asObject(choice.delta) ?? {});
const joined = (deltas: JsonObject[], member: string) => deltas.map((delta) => delta[member] ?? '').join('');

describe('Gemini answer to OpenAI', () => {
  it('makes one choice of a candidate, its parts joined', () => {
    expect(whole(fixture('text-and-tools.answer.json'))).toEqual({
      id: 'chatcmpl-id-2',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'gemini-sent',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'Let me look.',
            reasoning_content: 'The user wants the weather.',
            tool_calls: [
              {
                index: 0,
                id: expect.stringMatching(/^call_id-/),
                type: 'function',
                function: { name: 'weather', arguments: '{"city":"Paris"}' },
                extra_content: { google: { thought_signature: 'c2ln' } },
              },
              { index: 1, id: 'fc-2', type: 'function', function: { name: 'weather', arguments: '{"city":"Rom"}' } },
            ],
          },
          finish_reason: 'tool_calls',
          logprobs: null,
        },
      ],
      usage: {
        prompt_tokens: 40,
        completion_tokens: 12,
        total_tokens: 60,
        prompt_tokens_details: { cached_tokens: 16 },
        completion_tokens_details: { reasoning_tokens: 8 },
      },
    });
  });

  it('names the answer and tags its thoughts for Vertex AI', () => {
    const answer = whole(fixture('text-and-tools.answer.json'), VERTEX_AI);
    expect(answer.id).toBe('resp-1');
    const message = asObject(objectsOf(answer.choices)[0]?.message);
    expect(message?.content).toBe('<think>The user wants the weather.</think>Let me look.');
    expect(message).not.toHaveProperty('reasoning_content');
  });

  it('keeps candidates apart', () => {
    const candidates = [
      { index: 1, content: { parts: [{ text: 'b' }] }, finishReason: 'MAX_TOKENS' },
      { index: 0, content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' },
      { content: {}, finishReason: 'SAFETY' },
    ];
    const choices = objectsOf(whole({ candidates }).choices);
    expect(
      choices.map(({ index, message, finish_reason }) => [index, asObject(message)?.content, finish_reason]),
    ).toEqual([
      [1, 'b', 'length'],
      [0, 'a', 'stop'],
      [2, '', 'content_filter'],
    ]);
  });

  it.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content_filter'],
    ['RECITATION', 'content_filter'],
    ['MALFORMED_FUNCTION_CALL', 'content_filter'],
    [undefined, 'stop'],
  ])('finish reason %s becomes %s', (finishReason, expected) => {
    expect(spoken([{ text: 'x' }], { finishReason })?.finish_reason).toBe(expected);
  });

  it('gives pictures as content, or beside words as images', () => {
    const inlineData = { mimeType: 'image/png', data: 'iVBO' };
    const images = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } }];
    expect(spoken([{ inlineData }])?.message).toMatchObject({ content: 'iVBO', images });
    expect(spoken([{ text: 'Here:' }, { inlineData }])?.message).toMatchObject({ content: 'Here:', images });
  });

  it('shows code that the vendor ran', () => {
    const parts = [
      { executableCode: { language: 'PYTHON', code: 'print(1)' } },
      { codeExecutionResult: { output: '1' } },
    ];
    expect(asObject(spoken(parts)?.message)?.content).toBe('\n```python\nprint(1)\n```\n\n```\n1\n```\n');
  });

  it('translates log probabilities', () => {
    const logprobsResult = {
      chosenCandidates: [{ token: 'é', logProbability: -0.5, tokenId: 1 }],
      topCandidates: [
        {
          candidates: [
            { token: 'é', logProbability: -0.5 },
            { token: 'e', logProbability: -1 },
          ],
        },
      ],
    };
    expect(spoken([{ text: 'é' }], { logprobsResult })?.logprobs).toEqual({
      content: [
        {
          token: 'é',
          logprob: -0.5,
          bytes: [195, 169],
          top_logprobs: [
            { token: 'é', logprob: -0.5, bytes: [195, 169] },
            { token: 'e', logprob: -1, bytes: [101] },
          ],
        },
      ],
      refusal: null,
    });
  });

  it('says why a prompt was blocked, and knows no usage where there is none', () => {
    expect(whole({ promptFeedback: { blockReason: 'SAFETY' } })).toMatchObject({
      choices: [
        {
          message: { role: 'assistant', content: null, refusal: 'the vendor blocked the prompt: SAFETY' },
          finish_reason: 'content_filter',
        },
      ],
      usage: null,
    });
  });

  it('throws for errors and for what is no JSON', () => {
    expect(() => whole({ error: { code: 500, message: 'broken' } })).toThrow('broken');
    expect(() => whole('<html>')).toThrow(/not a JSON object/);
  });
});

describe('Google errors', () => {
  it.each([
    [
      '{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}',
      400,
      ['bad', 'invalid_request_error', 'INVALID_ARGUMENT'],
    ],
    [
      '[{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}]',
      429,
      ['slow', 'rate_limit_error', 'RESOURCE_EXHAUSTED'],
    ],
    ['{"error":{"code":403,"message":"no"}}', 403, ['no', 'permission_error', '403']],
  ])('%s', (text, status, expected) => {
    const error = readGoogleError(text, status);
    expect([error?.message, error?.type, error?.code]).toEqual(expected);
  });

  it('leaves other shapes to the common reader', () => {
    expect(readGoogleError('<html>', 502)).toBeUndefined();
    expect(readGoogleError('{"message":"x"}', 502)).toBeUndefined();
  });
});

describe('Gemini stream to OpenAI chunks', () => {
  it('sends the finish reason with the last text, nulls before, and the usage once', () => {
    const chunks = chunksOf(run([wire('text.stream.jsonl')]));
    const envelope = {
      id: 'chatcmpl-id-1',
      created: 1_700_000_000,
      model: 'gemini-sent',
      object: 'chat.completion.chunk',
    };
    expect(chunks).toEqual([
      {
        ...envelope,
        choices: [{ index: 0, delta: { role: 'assistant', content: 'Hel' }, finish_reason: null, logprobs: null }],
        usage: null,
      },
      {
        ...envelope,
        choices: [{ index: 0, delta: { content: 'lo' }, finish_reason: 'stop', logprobs: null }],
        usage: null,
      },
      { ...envelope, choices: [], usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 } },
    ]);
  });

  it('numbers tool calls over all events and keeps thoughts to their member', () => {
    const chunks = chunksOf(run([wire('text-and-tools.stream.jsonl')]));
    const deltas = deltasOf(chunks);
    expect(joined(deltas, 'reasoning_content')).toBe('Thinking of Zürich 🌧');
    expect(joined(deltas, 'content')).toBe('Let me look: Zürich 🌧.');
    const calls = deltas.flatMap((delta) => objectsOf(delta.tool_calls));
    expect(calls.map((call) => [call.index, asObject(call.function)?.arguments])).toEqual([
      [0, '{"city":"Zürich"}'],
      [1, '{"city":"Rom"}'],
    ]);
    expect(calls[0]?.extra_content).toEqual({ google: { thought_signature: 'c2ln' } });
    expect(objectsOf(chunks.at(-2)?.choices)[0]?.finish_reason).toBe('tool_calls');
    expect(chunks.at(-1)?.usage).toMatchObject({
      total_tokens: 60,
      completion_tokens_details: { reasoning_tokens: 8 },
    });
  });

  it('puts thoughts between tags for Vertex AI', () => {
    const deltas = deltasOf(chunksOf(run([wire('text-and-tools.stream.jsonl')], VERTEX_AI)));
    expect(joined(deltas, 'content')).toBe('<think>Thinking of Zürich 🌧</think>Let me look: Zürich 🌧.');
    expect(joined(deltas, 'reasoning_content')).toBe('');
  });

  it('closes the tag when nothing but thoughts came', () => {
    const thought = { content: { parts: [{ text: 'hm', thought: true }] } };
    const events = [{ candidates: [thought] }, { candidates: [{ ...thought, finishReason: 'MAX_TOKENS' }] }];
    const parts = events.map((event) => Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
    expect(joined(deltasOf(chunksOf(run(parts, VERTEX_AI))), 'content')).toBe('<think>hmhm</think>');
  });

  it('keeps candidates apart', () => {
    const chunks = chunksOf(run([wire('choices.stream.jsonl')]));
    expect([joined(deltasOf(chunks, 0), 'content'), joined(deltasOf(chunks, 1), 'content')]).toEqual(['b', 'aA']);
    const reasons = chunks.flatMap((chunk) => objectsOf(chunk.choices).map((one) => [one.index, one.finish_reason]));
    expect(reasons).toEqual([
      [1, null],
      [0, null],
      [1, 'length'],
      [0, 'content_filter'],
    ]);
  });

  it.each([
    ['plain', '"one token"'],
    ['with escapes', String.raw`"\"quoted\" \\ \n \u003c \ud83d\ude00"`],
    ['like the frame', String.raw`"\"content\":\"\""`],
  ])('copies a text that is %s as parsing and writing it would', (_, text) => {
    const event = (members: string) =>
      Buffer.from(`data: {"candidates":[{${members}}],"usageMetadata":{"promptTokenCount":1,"totalTokenCount":3}}\n\n`);
    const first = event('"content":{"parts":[{"text":"a"}],"role":"model"},"index":0');
    const last = Buffer.from('data: {"candidates":[{"finishReason":"STOP"}]}\n\n');
    const usual = run([first, event(`"content":{"parts":[{"text":${text}}],"role":"model"},"index":0`), last]);
    const turned = run([first, event(`"index":0,"content":{"role":"model","parts":[{"text":${text}}]}`), last]);
    expect(chunksOf(usual)).toEqual(chunksOf(turned));
    expect(joined(deltasOf(chunksOf(usual)), 'content')).toBe(`a${JSON.parse(text)}`);
    expect(chunksOf(usual).at(-1)?.usage).toMatchObject({ prompt_tokens: 1, total_tokens: 3 });
  });

  it('tells of a blocked prompt', () => {
    const [chunk] = chunksOf(run([wire('blocked.stream.jsonl')]));
    expect(objectsOf(chunk?.choices)[0]).toMatchObject({
      delta: { refusal: 'the vendor blocked the prompt: PROHIBITED_CONTENT' },
      finish_reason: 'content_filter',
    });
  });

  it('turns an error into OpenAI’s, counts what came before, and still closes the stream', () => {
    const chunks = chunksOf(run([wire('overloaded.stream.jsonl')]));
    expect(chunks.at(-2)?.usage).toMatchObject({ total_tokens: 5 });
    expect(chunks.at(-1)).toEqual({
      error: {
        message: 'The model is overloaded. Please try again later.',
        type: 'api_error',
        param: null,
        code: 'UNAVAILABLE',
      },
    });
  });

  it('says so when the vendor stops in the middle', () => {
    const bytes = wire('text.stream.jsonl', '\n');
    const chunks = chunksOf(run([bytes.subarray(0, bytes.indexOf('\n\n') + 20)]));
    expect(asObject(chunks.at(-1)?.error)?.message).toMatch(/before its last event/);
    expect(chunks.at(-2)?.usage).toMatchObject({ total_tokens: 5 });
    expect(asObject(chunksOf(run([])).at(-1)?.error)?.message).toMatch(/before its last event/);
  });
});
