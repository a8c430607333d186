/** Tools and pictures for vendors that name them in their own way: signed Hunyuan and MiniMax pro, judged by the SDK of OpenAI. */
import { describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { type TestAnswer, testPlugin } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import { harnessFetch } from './harness-fetch.ts';
import plugin from './plugin.ts';

const HUNYUAN = { type: 'hunyuan', hunyuanAuthId: 'i'.repeat(36), hunyuanAuthKey: 'k'.repeat(32) };
const PRO = { type: 'minimax', minimaxApiType: 'pro', minimaxGroupId: 'g' };

const client = (provider: object, answer: TestAnswer) => {
  const config = effectiveConfig({ provider: { apiTokens: ['sk-vendor'], ...provider } }, undefined);
  if (!config) throw new Error('no provider is active');
  const through = harnessFetch(testPlugin(plugin, config), () => answer);
  const openai = new OpenAI({ apiKey: 'client', baseURL: 'http://gw/v1', fetch: through.fetch, maxRetries: 0 });
  return { openai, ...through };
};
const json = (value: unknown): TestAnswer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
const sse = (...events: readonly object[]): TestAnswer => ({
  headers: { 'content-type': 'text/event-stream' },
  body: events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''),
});

const parameters = { type: 'object', properties: { city: { type: 'string' } } };
const tools = [{ type: 'function' as const, function: { name: 'weather', description: 'd', parameters } }];
const call = { id: 'c1', type: 'function' as const, function: { name: 'weather', arguments: '{"city":"Rom"}' } };
const ask = {
  model: 'm',
  tools,
  messages: [
    { role: 'user' as const, content: 'q' },
    { role: 'assistant' as const, content: null, tool_calls: [call] },
    { role: 'tool' as const, tool_call_id: 'c1', content: 'sunny' },
  ],
};
const picture = {
  model: 'm',
  messages: [
    {
      role: 'user' as const,
      content: [
        { type: 'text' as const, text: 'what is it?' },
        { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,AQ==' } },
      ],
    },
  ],
};

describe('hunyuan, signed', () => {
  const called = { Id: 'c2', Type: 'function', Index: 0, Function: { Name: 'weather', Arguments: '{"city":"Paris"}' } };
  const Message = { Role: 'assistant', Content: '', ReasoningContent: 'hm', ToolCalls: [called] };
  const whole = json({ Response: { Id: 'h', Choices: [{ FinishReason: 'tool_calls', Message }] } });

  it('calls tools and sends what they answer', async () => {
    const { openai, results } = client(HUNYUAN, whole);
    const answer = await openai.chat.completions.create(ask);
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: null,
        reasoning_content: 'hm',
        tool_calls: [{ id: 'c2', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } }],
      },
    });
    const tool = {
      Type: 'function',
      Function: { Name: 'weather', Description: 'd', Parameters: JSON.stringify(parameters) },
    };
    expect(results[0]?.upstream?.json()).toEqual({
      Model: 'm',
      Stream: false,
      Tools: [tool],
      Messages: [
        { Role: 'user', Content: 'q' },
        {
          Role: 'assistant',
          Content: '',
          ToolCalls: [{ Id: 'c1', Type: 'function', Function: { Name: 'weather', Arguments: '{"city":"Rom"}' } }],
        },
        { Role: 'tool', Content: 'sunny', ToolCallId: 'c1' },
      ],
    });
  });

  it.each([
    ['none' as const, { ToolChoice: 'none' }],
    ['required' as const, { ToolChoice: 'auto' }],
    [
      { type: 'function' as const, function: { name: 'weather' } },
      { ToolChoice: 'custom', CustomTool: { Function: { Name: 'weather' } } },
    ],
  ])('tool_choice %j', async (tool_choice, expected) => {
    const { openai, results } = client(HUNYUAN, whole);
    await openai.chat.completions.create({ ...ask, tool_choice });
    expect(results[0]?.upstream?.json()).toMatchObject(expected);
  });

  it('calls tools in streams', async () => {
    const delta = (value: object, FinishReason = '') => ({ Id: 'h', Choices: [{ Delta: value, FinishReason }] });
    const piece = (value: object) => ({ ToolCalls: [{ Index: 0, Id: 'c2', Type: 'function', Function: value }] });
    const { openai } = client(
      HUNYUAN,
      sse(
        delta({ Role: 'assistant', Content: '', ReasoningContent: 'hm' }),
        delta(piece({ Name: 'weather', Arguments: '' })),
        delta(piece({ Arguments: '{"city":' })),
        delta(piece({ Arguments: '"Paris"}' })),
        delta({}, 'tool_calls'),
      ),
    );
    const final = await openai.chat.completions.stream(ask).finalChatCompletion();
    expect(final.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ id: 'c2', function: { name: 'weather', arguments: '{"city":"Paris"}' } }] },
    });
  });

  it('shows pictures', async () => {
    const { openai, results } = client(HUNYUAN, whole);
    await openai.chat.completions.create(picture);
    expect(results[0]?.upstream?.json()).toMatchObject({
      Messages: [
        {
          Role: 'user',
          Contents: [
            { Type: 'text', Text: 'what is it?' },
            { Type: 'image_url', ImageUrl: { Url: 'data:image/png;base64,AQ==' } },
          ],
        },
      ],
    });
  });
});

describe('minimax pro', () => {
  const function_call = { name: 'weather', arguments: '{"city":"Paris"}' };
  const said = { sender_type: 'BOT', sender_name: 'MM Assistant', text: '', function_call };
  const expected = {
    finish_reason: 'tool_calls',
    message: { tool_calls: [{ id: 'call_x', type: 'function', function: function_call }] },
  };

  it('calls functions and sends what they answer', async () => {
    const { openai, results } = client(PRO, json({ id: 'x', choices: [{ finish_reason: 'stop', messages: [said] }] }));
    expect((await openai.chat.completions.create(ask)).choices[0]).toMatchObject(expected);
    expect(results[0]?.upstream?.json()).toMatchObject({
      functions: [{ name: 'weather', description: 'd', parameters }],
      function_call: { type: 'auto' },
      messages: [
        { sender_type: 'USER', sender_name: 'User', text: 'q' },
        {
          sender_type: 'BOT',
          sender_name: 'MM Assistant',
          text: '',
          function_call: { name: 'weather', arguments: '{"city":"Rom"}' },
        },
        { sender_type: 'FUNCTION', sender_name: 'MM Assistant', text: 'sunny' },
      ],
    });
  });

  it.each([
    ['none' as const, { type: 'none' }],
    [
      { type: 'function' as const, function: { name: 'weather' } },
      { type: 'specific', name: 'weather' },
    ],
  ])('tool_choice %j', async (tool_choice, choice) => {
    const { openai, results } = client(PRO, json({ id: 'x', choices: [{ messages: [said] }] }));
    await openai.chat.completions.create({ ...ask, tool_choice });
    expect(results[0]?.upstream?.json()).toMatchObject({ function_call: choice });
  });

  it('calls functions in streams', async () => {
    const { openai, results } = client(
      PRO,
      sse(
        { request_id: 'x', choices: [{ messages: [said] }] },
        { request_id: 'x', choices: [{ finish_reason: 'stop', messages: [said] }], usage: { total_tokens: 8 } },
      ),
    );
    const final = await openai.chat.completions.stream(ask).finalChatCompletion();
    expect(final.choices[0]).toMatchObject(expected);
    expect(results[0]?.response.text.match(/"name":"weather"/g)).toHaveLength(1);
  });

  it('says that it takes no pictures', async () => {
    const { openai } = client(PRO, json({}));
    await expect(openai.chat.completions.create(picture)).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/no pictures.*v2/),
    });
  });
});
