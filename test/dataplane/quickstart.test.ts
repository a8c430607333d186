/** What the README promises: the quickstart answers each kind of request through the whole gateway, and real vendor clients work. */
import { fileURLToPath } from 'node:url';
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import OpenAI from 'openai';
import { eventually, fetchRaw, type Gateway, startGateway } from '../support/gateway.ts';

const QUICKSTART = fileURLToPath(new URL('../../samples/quickstart', import.meta.url));

describe('the quickstart', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({ configDir: QUICKSTART });
  }, 90_000);

  afterAll(async () => {
    await gateway?.stop();
  });

  it('serves a plain route and edits its response headers', async () => {
    const answer = await gateway.get('/hello');
    expect(answer.status).toBe(200);
    expect(answer.headers['x-served-by']).toBe('higress-ts');
    expect(JSON.parse(answer.body)).toMatchObject({ from: 'demo backend', method: 'GET', path: '/hello' });
  });

  it('answers 404 where no route matches', async () => {
    expect((await gateway.get('/nothing-here')).status).toBe(404);
  });

  it('asks for an API key and takes the right one', async () => {
    expect((await gateway.get('/private')).status).toBe(401);
    expect((await gateway.get('/private', { 'x-api-key': 'wrong' })).status).toBe(401);
    const answer = await gateway.get('/private', { 'x-api-key': 'demo-key-1' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body).headers['x-mse-consumer']).toBe('demo');
  });

  it('drops a forged consumer header at the edge', async () => {
    const answer = await gateway.get('/hello', { 'x-mse-consumer': 'admin' });
    expect(JSON.parse(answer.body).headers['x-mse-consumer']).toBeUndefined();
  });

  it('answers the OpenAI client, unary and streaming', async () => {
    const client = new OpenAI({ apiKey: 'demo-key-1', baseURL: `${gateway.urls.http}/v1`, maxRetries: 0 });
    const answer = await client.chat.completions.create({
      model: 'fast',
      messages: [{ role: 'user', content: 'Hello!' }],
    });
    expect(answer.choices[0]?.message.content).toContain('You asked demo-model: Hello!');
    expect(answer.usage?.total_tokens).toBeGreaterThan(0);

    const stream = await client.chat.completions.create({
      model: 'fast',
      messages: [{ role: 'user', content: 'Stream!' }],
      stream: true,
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? '';
    expect(text).toContain('You asked demo-model: Stream!');
  });

  it('answers the Anthropic client on the same route', async () => {
    const client = new Anthropic({ apiKey: null, authToken: 'demo-key-1', baseURL: gateway.urls.http, maxRetries: 0 });
    const answer = await client.messages.create({
      model: 'fast',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Bonjour' }],
    });
    expect(answer.content[0]).toMatchObject({ type: 'text', text: expect.stringContaining('Bonjour') });
    expect(answer.usage.output_tokens).toBeGreaterThan(0);
  });

  it('lists and calls a tool through the MCP client', async () => {
    const client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.urls.http}/mcp`)));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['get-weather']);
    const result = await client.callTool({ name: 'get-weather', arguments: { city: 'Lisbon' } });
    expect(result.content).toEqual([{ type: 'text', text: 'Lisbon: 21 degrees celsius, clear' }]);
    await client.close();
  });

  it('shows itself on the admin port without secrets', async () => {
    expect((await fetchRaw(`${gateway.urls.admin}/ready`)).status).toBe(200);
    expect((await fetchRaw(`${gateway.urls.admin}/healthz`)).status).toBe(200);
    const metrics = (await fetchRaw(`${gateway.urls.admin}/metrics`)).body;
    expect(metrics).toMatch(/^higress_rebuild_duration_seconds_count \d+/m);
    for (const page of ['model', 'ir', 'xds', 'plugins']) {
      const answer = await fetchRaw(`${gateway.urls.admin}/debug/${page}`);
      expect(answer.status).toBe(200);
      expect(() => JSON.parse(answer.body) as unknown).not.toThrow();
      expect(answer.body).not.toContain('demo-key-1');
    }
  });

  it('counts the tokens of AI answers', async () => {
    const client = new OpenAI({ apiKey: 'demo-key-1', baseURL: `${gateway.urls.http}/v1`, maxRetries: 0 });
    await client.chat.completions.create({ model: 'fast', messages: [{ role: 'user', content: 'count me' }] });
    await eventually('a token metric', async () =>
      /output_token\{[^}]*\} [1-9]/.test((await fetchRaw(`${gateway.urls.admin}/metrics`)).body),
    );
    await eventually('the access log', () => /"ai_log":.*demo-model/.test(gateway.log));
  }, 30_000);
});
