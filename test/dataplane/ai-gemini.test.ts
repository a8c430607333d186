/** Type gemini through a real Envoy: the clients of OpenAI and Google on one side, a stand-in of the Gemini API on the other. */
import { readFileSync } from 'node:fs';
import { GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { serviceYaml } from '../support/echo.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { aiRouteYaml, eventStream, json, type Llm, type LlmHandler, startLlm } from '../support/llm.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../src/ai/providers/gemini/fixtures/${name}`, import.meta.url), 'utf8');

const GIF = Buffer.from('R0lGODlhAQABAAAAACw=', 'base64');

/** Answers as the Gemini API does; also the web server of a picture. */
const gemini: LlmHandler = ({ path, headers }, response) => {
  if (path === '/picture') response.writeHead(200, { 'content-type': 'image/gif' }).end(GIF);
  else if (headers['x-goog-api-key'] !== 'sk-vendor') json(response, 403, { error: { code: 403, message: 'no key' } });
  else if (path.endsWith(':generateContent')) json(response, 200, JSON.parse(fixture('text-and-tools.answer.json')));
  else {
    eventStream(response);
    for (const line of fixture('text-and-tools.stream.jsonl').trim().split('\n'))
      response.write(`data: ${line}\r\n\r\n`);
    response.end();
  }
};

/** Google's client brings a dispatcher that a test's own realm does not have. */
const plainFetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const { dispatcher: _theirs, ...rest } = { dispatcher: undefined, ...init };
  return fetch(input, rest);
};

let llm: Llm;
let gateway: Gateway;
let openai: OpenAI;
let google: GoogleGenAI;

beforeAll(async () => {
  llm = await startLlm(gemini);
  const provider = { type: 'gemini', apiTokens: ['sk-vendor'], modelMapping: { '*': 'gemini-2.5-flash' } };
  gateway = await startGateway({
    files: {
      'svc.yaml': serviceYaml('llm', llm.port, 'higress-system'),
      'route.yaml': aiRouteYaml({ name: 'gemini', host: 'localhost', service: 'llm', provider }),
    },
  });
  const base = gateway.urls.http.replace('127.0.0.1', 'localhost');
  openai = new OpenAI({ apiKey: 'client', baseURL: `${base}/v1`, maxRetries: 0 });
  google = new GoogleGenAI({ apiKey: 'client', httpOptions: { baseUrl: base, fetch: plainFetch } });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await llm?.stop();
});

beforeEach(() => {
  llm.seen.length = 0;
});

describe('type gemini through Envoy', () => {
  const ask = { model: 'gpt-4', messages: [{ role: 'user' as const, content: 'q' }] };

  it('answers OpenAI’s client, also in streams', async () => {
    const answer = await openai.chat.completions.create(ask);
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: 'Let me look.' } });
    const final = await openai.chat.completions.stream(ask).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe('Let me look: Zürich 🌧.');
    expect(final.usage?.total_tokens).toBe(60);
    expect(llm.seen.map(({ path, headers }) => [path, headers.host, headers.authorization])).toEqual([
      ['/v1beta/models/gemini-2.5-flash:generateContent', 'generativelanguage.googleapis.com', undefined],
      ['/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse', 'generativelanguage.googleapis.com', undefined],
    ]);
  });

  it('fetches a picture for the model', async () => {
    const url = `http://127.0.0.1:${llm.port}/picture`;
    const content = [{ type: 'image_url' as const, image_url: { url } }];
    await openai.chat.completions.create({ ...ask, messages: [{ role: 'user', content }] });
    expect(llm.seen.map(({ path }) => path)[0]).toBe('/picture');
    expect(llm.seen[1]?.json).toMatchObject({
      contents: [{ parts: [{ inlineData: { mimeType: 'image/gif', data: GIF.toString('base64') } }] }],
    });
  });

  it('passes the calls of Google’s client', async () => {
    const request = { model: 'alias', contents: 'q' };
    const answer = await google.models.generateContent(request);
    expect(answer.functionCalls?.[0]?.args).toEqual({ city: 'Paris' });
    let tokens: number | undefined;
    for await (const chunk of await google.models.generateContentStream(request)) {
      tokens = chunk.usageMetadata?.totalTokenCount;
    }
    expect(tokens).toBe(60);
    expect(llm.seen.map(({ path }) => path)).toEqual([
      '/v1beta/models/gemini-2.5-flash:generateContent',
      '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    ]);
  });
});
