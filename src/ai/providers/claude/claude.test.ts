import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { asObject, type JsonObject, objectsOf } from '#ai/json.ts';
import { SseParser, writeSse } from '#lib/sse.ts';
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { TranslationError } from '../provider.ts';
import { fromClaude } from './from-claude.ts';
import { claudeStream } from './stream.ts';
import { toClaude } from './to-claude.ts';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
const json = (name: string) => JSON.parse(fixture(name)) as JsonObject;

/** The stream as the vendor sends it. */
const wire = (name: string, newline = '\n') =>
  Buffer.from(
    fixture(name)
      .trim()
      .split('\n')
      .map((line) => `event: ${JSON.parse(line).type}${newline}data: ${line}${newline}${newline}`)
      .join(''),
  );

function run(parts: readonly Buffer[]): string {
  const parser = new SseParser();
  const step = claudeStream(1_700_000_000);
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

describe('OpenAI request to Claude', () => {
  it('translates a conversation with system texts, images, tool calls and tool answers', () => {
    expect(toClaude(json('conversation.request.json'))).toEqual(json('conversation.expected.json'));
  });

  it('asks for 4096 tokens when the caller sets no limit', () => {
    expect(toClaude({ model: 'm', messages: [{ role: 'user', content: 'x' }] })).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'x' }],
      max_tokens: 4096,
    });
  });

  it.each([
    ['auto', { type: 'auto' }],
    ['required', { type: 'any' }],
    ['none', { type: 'none' }],
  ])('maps tool_choice %s', (choice, expected) => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    expect(toClaude({ messages: [], tools, tool_choice: choice })).toMatchObject({ tool_choice: expected });
  });

  it.each([
    [{ reasoning_effort: 'low' }, 1024],
    [{ reasoning_effort: 'medium' }, 8192],
    [{ reasoning_effort: 'high' }, 16384],
    [{ reasoning_effort: 'other' }, 8192],
    [{ reasoning_max_tokens: 5 }, 1024],
    [{ reasoning_max_tokens: 3000 }, 3000],
  ])('turns %p into a thinking budget below the token limit', (asked, budget) => {
    const body = toClaude({ messages: [], ...asked });
    expect(body.thinking).toEqual({ type: 'enabled', budget_tokens: budget });
    expect(Number(body.max_tokens)).toBeGreaterThan(budget);
  });

  it('refuses a body without messages', () => {
    expect(() => toClaude({ model: 'm' })).toThrow(TranslationError);
  });
});

describe('Claude answer to OpenAI', () => {
  it('joins texts, keeps thinking and tool calls, counts cached tokens into the prompt', () => {
    expect(fromClaude(fixture('text.answer.json'), 7)).toEqual({
      id: 'msg_1',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'Hello there',
            reasoning_content: 'Short.',
            tool_calls: [
              {
                index: 0,
                id: 'toolu_a',
                type: 'function',
                function: { name: 'weather', arguments: '{"city":"Paris"}' },
              },
            ],
          },
          finish_reason: 'tool_calls',
          logprobs: null,
        },
      ],
      created: 7,
      model: 'claude-test',
      object: 'chat.completion',
      usage: {
        prompt_tokens: 100,
        completion_tokens: 7,
        total_tokens: 107,
        prompt_tokens_details: { cached_tokens: 90 },
      },
    });
  });

  it('refuses an error that came with status 200, and text that is no JSON', () => {
    expect(() => fromClaude('{"type":"error","error":{"message":"no"}}', 0)).toThrow('no');
    expect(() => fromClaude('<html>', 0)).toThrow(TranslationError);
  });
});

describe('Claude stream to OpenAI chunks', () => {
  it('writes every member of a chunk, null while there is nothing to say', () => {
    const chunks = chunksOf(run([wire('text.stream.jsonl')]));
    expect(chunks[1]).toEqual({
      id: 'msg_1',
      choices: [{ index: 0, delta: { content: 'Grüß ' }, finish_reason: null, logprobs: null }],
      created: 1_700_000_000,
      model: 'claude-test',
      service_tier: 'standard',
      object: 'chat.completion.chunk',
      usage: null,
    });
    const choices = chunks.flatMap((chunk) => objectsOf(chunk.choices));
    expect(choices.map((choice) => choice.finish_reason)).toEqual([null, null, null, 'stop']);
    expect(chunks.map((chunk) => chunk.usage).filter((usage) => usage !== null)).toEqual([
      { prompt_tokens: 30, completion_tokens: 15, total_tokens: 45, prompt_tokens_details: { cached_tokens: 5 } },
    ]);
    expect(chunks.at(-1)?.choices).toEqual([]);
  });

  it.each([
    ['plain', '"one token"'],
    ['empty', '""'],
    ['with escapes', String.raw`"\"quoted\" \\ \n \u00e9 \ud83d\ude00 </s>"`],
    ['like the frame', String.raw`"\"content\":\"\""`],
  ])('copies a text token that is %s as parsing and writing it would', (_, text) => {
    const delta = (members: string) => ({ data: `{"type":"content_block_delta","index":0,${members}}` });
    const start = { data: '{"type":"message_start","message":{"id":"msg_\\"content\\":\\"\\"","model":"m"}}' };
    const chunk = (members: string) => {
      const step = claudeStream(1_700_000_000);
      step.next(start);
      return JSON.parse(step.next(delta(members))[0]?.data ?? '');
    };
    const usual = chunk(`"delta":{"type":"text_delta","text":${text}   }`);
    expect(usual.choices[0].delta).toEqual({ content: JSON.parse(text) });
    expect(usual).toEqual(chunk(`"delta":{"text":${text},"type":"text_delta"}`));
  });

  it('numbers tool calls from 0, keeps choice 0, and takes the last usage figures', () => {
    const chunks = chunksOf(run([wire('tools-and-thinking.stream.jsonl')]));
    const choices = chunks.flatMap((chunk) => objectsOf(chunk.choices));
    expect(new Set(choices.map((choice) => choice.index))).toEqual(new Set([0]));
    const deltas = choices.map((choice) => asObject(choice.delta) ?? {});
    expect(deltas.map((delta) => delta.reasoning_content ?? '').join('')).toBe('Two cities; two calls.');
    const calls = deltas.flatMap((delta) => objectsOf(delta.tool_calls));
    const text = (tool: number) =>
      calls
        .filter((call) => call.index === tool)
        .map((call) => asObject(call.function)?.arguments)
        .join('');
    expect([JSON.parse(text(0)), JSON.parse(text(1))]).toEqual([{ city: 'Paris' }, { city: 'Rom' }]);
    expect(calls.filter((call) => call.id !== undefined).map((call) => [call.index, call.id])).toEqual([
      [0, 'toolu_a'],
      [1, 'toolu_b'],
    ]);
    expect(choices.at(-1)?.finish_reason).toBe('tool_calls');
    expect(chunks.at(-1)?.usage).toEqual({ prompt_tokens: 41, completion_tokens: 60, total_tokens: 101 });
  });

  it('turns an error event into an OpenAI error and still closes the stream', () => {
    const chunks = chunksOf(run([wire('overloaded.stream.jsonl')]));
    expect(chunks.at(-1)).toEqual({
      error: { message: 'Overloaded', type: 'overloaded_error', param: null, code: null },
    });
  });

  it('says so when the vendor stops in the middle', () => {
    const whole = wire('text.stream.jsonl');
    const chunks = chunksOf(run([whole.subarray(0, whole.length / 2)]));
    expect(asObject(chunks.at(-1)?.error)?.message).toMatch(/ended the stream/);
  });
});
