/** ai-data-masking of Anthropic's messages and OpenAI's responses through a real Envoy, read by the vendors' own clients. */
import { createHash } from 'node:crypto';
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { serviceYaml } from '../support/echo.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { aiRouteYaml, claudeEvents, completion, eventStream, json, type Llm, startLlm } from '../support/llm.ts';
import { maskingYaml } from '../support/masking.ts';

let llm: Llm;
let gateway: Gateway;

const HASH = createHash('sha256').update('sk-12345').digest('hex');
const CONFIG = {
  deny_words: ['forbidden'],
  deny_message: 'Not here.',
  replace_roles: [{ regex: 'sk-[0-9a-zA-Z]*', type: 'hash', restore: true }],
};

const routeYaml = (name: string, prefix: string, provider: object) =>
  aiRouteYaml({ name, host: 'localhost', service: 'llm', provider }).replace('path: /\n', `path: ${prefix}\n`) +
  maskingYaml(name, CONFIG);

beforeAll(async () => {
  llm = await startLlm();
  gateway = await startGateway({
    files: {
      'svc.yaml': serviceYaml('llm', llm.port, 'higress-system'),
      'routes.yaml': [
        routeYaml('claude', '/claude', { type: 'claude', apiTokens: ['t'] }),
        routeYaml('openai', '/openai', { type: 'openai', apiTokens: ['t'] }),
      ].join('---\n'),
    },
  });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await llm?.stop();
});

beforeEach(() => {
  llm.seen.length = 0;
});

const base = () => gateway.urls.http.replace('127.0.0.1', 'localhost');
const anthropic = (prefix: string) => new Anthropic({ apiKey: 'k', baseURL: `${base()}/${prefix}`, maxRetries: 0 });
const openai = () => new OpenAI({ apiKey: 'k', baseURL: `${base()}/openai/v1`, maxRetries: 0 });
const question = (content: string) => ({
  model: 'm',
  max_tokens: 99,
  messages: [{ role: 'user' as const, content }],
});

describe('data masking of other formats on the wire', () => {
  /** The vendor's own format, and chats that ai-proxy translates both ways. */
  it.each(['claude', 'openai'])("masks and restores Anthropic's messages, whole and streamed (%s)", async (prefix) => {
    const said = `key ${HASH}.`;
    llm.answer((request, response) => {
      if (request.json?.stream === true) {
        eventStream(response);
        if (prefix === 'claude') return void response.end(claudeEvents(said).join(''));
        for (const content of said) {
          response.write(
            `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`,
          );
        }
        return void response.end(
          `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`,
        );
      }
      if (prefix === 'openai') return completion(response, said);
      const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'x', stop_reason: 'end_turn' };
      return json(response, 200, {
        ...message,
        content: [{ type: 'text', text: said }],
        usage: { input_tokens: 1, output_tokens: 1 },
      });
    });
    const client = anthropic(prefix);
    const whole = await client.messages.create(question('my sk-12345'));
    expect(whole.content).toMatchObject([{ type: 'text', text: 'key sk-12345.' }]);
    const streamed = client.messages.stream(question('my sk-12345'));
    expect(await streamed.finalText()).toBe('key sk-12345.');
    expect(llm.seen).toHaveLength(2);
    for (const { body } of llm.seen) {
      expect(body.toString('utf8')).toContain(`my ${HASH}`);
      expect(body.toString('utf8')).not.toContain('sk-12345');
    }
  });

  it("blocks Anthropic's questions and streamed answers so that the client reads the message", async () => {
    const client = anthropic('claude');
    const asked = await client.messages.create(question('forbidden'));
    expect(asked.content).toMatchObject([{ type: 'text', text: 'Not here.' }]);
    expect(await client.messages.stream(question('forbidden')).finalText()).toBe('Not here.');
    expect(llm.seen).toHaveLength(0);
    llm.answer((_request, response) => {
      eventStream(response);
      response.end(claudeEvents('so forbidden and more').join(''));
    });
    const { content } = await client.messages.stream(question('x')).finalMessage();
    expect(content.map((block) => (block.type === 'text' ? block.text : ''))).toEqual(['so ', 'Not here.']);
  });

  const output = (text: string) => [
    {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text, annotations: [] }],
    },
  ];
  const answerWith = (said: string) => {
    llm.answer((request, response) => {
      const whole = { id: 'resp_1', object: 'response', model: 'm', status: 'completed', output: output(said) };
      if (request.json?.stream !== true) return json(response, 200, whole);
      eventStream(response);
      const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
      const events = [
        { type: 'response.created', response: { ...whole, status: 'in_progress', output: [] } },
        { type: 'response.output_item.added', output_index: 0, item: { ...output('')[0], content: [] } },
        { type: 'response.content_part.added', ...at, part: { type: 'output_text', text: '', annotations: [] } },
        ...[...said].map((delta) => ({ type: 'response.output_text.delta', ...at, delta })),
        { type: 'response.output_text.done', ...at, text: said },
        { type: 'response.output_item.done', output_index: 0, item: output(said)[0] },
        { type: 'response.completed', response: whole },
      ];
      for (const [sequence_number, event] of events.entries()) {
        response.write(`event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`);
      }
      return void response.end();
    });
  };
  const streamed = async (input: string) => {
    const stream = openai().responses.stream({ model: 'm', input });
    let text = '';
    for await (const event of stream) if (event.type === 'response.output_text.delta') text += event.delta;
    return { text, final: (await stream.finalResponse()).output_text };
  };

  it('masks and restores responses, whole and streamed', async () => {
    answerWith(`key ${HASH}.`);
    const whole = await openai().responses.create({ model: 'm', input: 'my sk-12345' });
    expect(whole.output_text).toBe('key sk-12345.');
    expect(await streamed('my sk-12345')).toEqual({ text: 'key sk-12345.', final: 'key sk-12345.' });
    expect(llm.seen.map(({ json }) => json?.input)).toEqual([`my ${HASH}`, `my ${HASH}`]);
  });

  it('blocks questions and answers of responses so that the client reads the message', async () => {
    expect((await openai().responses.create({ model: 'm', input: 'forbidden' })).output_text).toBe('Not here.');
    expect(await streamed('forbidden')).toEqual({ text: 'Not here.', final: 'Not here.' });
    expect(llm.seen).toHaveLength(0);
    answerWith('so forbidden and more');
    expect((await openai().responses.create({ model: 'm', input: 'x' })).output_text).toBe('Not here.');
    expect(await streamed('x')).toEqual({ text: 'so Not here.', final: 'Not here.' });
  });
});
