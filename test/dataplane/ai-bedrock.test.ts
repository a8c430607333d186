/** Type bedrock through a real Envoy: the clients of OpenAI and AWS on one side, a stand-in that checks signatures and answers with binary frames on the other. */
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { ANSWER, AWS_KEYS, isSigned, streamBytes } from '../support/bedrock.ts';
import { serviceYaml } from '../support/echo.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { aiRouteYaml, json, type Llm, type LlmHandler, startLlm } from '../support/llm.ts';

const MODEL = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-x-v1:0';
const PATH = `/model/${encodeURIComponent(MODEL)}`;

/** Frames leave in pieces that end inside a frame. */
const PIECE_BYTES = 100;

const bedrock: LlmHandler = async ({ path, headers, body }, response) => {
  const { host = '', authorization, 'x-amz-date': date } = headers;
  if (!(await isSigned({ method: 'POST', host, path, date: String(date), authorization, body }))) {
    json(response, 403, { message: 'The request signature we calculated does not match the signature you provided.' });
  } else if (path.endsWith('/converse')) {
    json(response, 200, ANSWER);
  } else {
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': 'req-1' });
    const bytes = streamBytes();
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) response.write(bytes.subarray(at, at + PIECE_BYTES));
    response.end();
  }
};

let llm: Llm;
let gateway: Gateway;
let openai: OpenAI;
let aws: BedrockRuntimeClient;

beforeAll(async () => {
  llm = await startLlm(bedrock);
  const provider = { type: 'bedrock', ...AWS_KEYS, modelMapping: { 'gpt-4': MODEL } };
  gateway = await startGateway({
    files: {
      'svc.yaml': serviceYaml('llm', llm.port, 'higress-system'),
      'route.yaml': aiRouteYaml({ name: 'bedrock', host: 'localhost', service: 'llm', provider }),
      'native.yaml': aiRouteYaml({
        name: 'native',
        host: '127.0.0.1',
        service: 'llm',
        provider: { ...provider, protocol: 'original' },
      }),
    },
  });
  openai = new OpenAI({
    apiKey: 'client',
    baseURL: `${gateway.urls.http.replace('127.0.0.1', 'localhost')}/v1`,
    maxRetries: 0,
  });
  aws = new BedrockRuntimeClient({
    region: 'eu-west-1',
    endpoint: gateway.urls.http,
    maxAttempts: 1,
    credentials: { accessKeyId: 'OTHER', secretAccessKey: 'other' },
  });
}, 90_000);

afterAll(async () => {
  aws?.destroy();
  await gateway?.stop();
  await llm?.stop();
});

beforeEach(() => {
  llm.seen.length = 0;
});

describe('type bedrock through Envoy', () => {
  const ask = { model: 'gpt-4', messages: [{ role: 'user' as const, content: 'Zürich 🌧' }] };

  it('answers OpenAI’s client, signed with the path encoded twice (#2402)', async () => {
    const answer = await openai.chat.completions.create(ask);
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: 'Let me look.' } });
    const final = await openai.chat.completions.stream(ask).finalChatCompletion();
    expect([final.id, final.choices[0]?.message.content, final.usage?.total_tokens]).toEqual([
      'req-1',
      'Let me "look": Zürich 🌧\n',
      18,
    ]);
    expect(llm.seen.map(({ path, headers }) => [path, headers.host])).toEqual(
      ['converse', 'converse-stream'].map((action) => [`${PATH}/${action}`, 'bedrock-runtime.us-east-1.amazonaws.com']),
    );
  });

  it('passes the calls of AWS’s client, signed anew', async () => {
    const input = { modelId: MODEL, messages: [{ role: 'user' as const, content: [{ text: 'q' }] }] };
    const answer = await aws.send(new ConverseCommand(input));
    expect([answer.stopReason, answer.usage?.totalTokens]).toEqual(['tool_use', 18]);
    let text = '';
    for await (const event of (await aws.send(new ConverseStreamCommand(input))).stream ?? []) {
      text += event.contentBlockDelta?.delta?.text ?? '';
    }
    expect(text).toBe('Let me "look": Zürich 🌧\n');
    expect(llm.seen.map(({ path }) => path)).toEqual([`${PATH}/converse`, `${PATH}/converse-stream`]);
  });
});
