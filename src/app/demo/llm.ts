/** The quickstart's stand-in for an LLM vendor: an ordinary upstream in the OpenAI shape that answers with what it was asked. No model is run. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

interface ChatRequest {
  readonly model?: string;
  readonly stream?: boolean;
  readonly messages?: readonly { readonly role: string; readonly content: unknown }[];
}

export function createDemoLlm(): Server {
  return createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (path.endsWith('/models'))
    return json(response, 200, {
      object: 'list',
      data: [{ id: 'demo-model', object: 'model', created: 0, owned_by: 'demo' }],
    });
  if (!path.endsWith('/chat/completions')) return fail(response, 404, `the demo vendor has no ${path}`);
  let chat: ChatRequest;
  try {
    chat = JSON.parse(Buffer.concat(parts).toString('utf8')) as ChatRequest;
  } catch {
    return fail(response, 400, 'the request body is not JSON');
  }
  const question = chat.messages?.findLast(({ role }) => role === 'user')?.content;
  const words =
    `This is the demo vendor, not a real model. You asked ${chat.model ?? 'no model'}: ${typeof question === 'string' ? question : JSON.stringify(question ?? null)}`.split(
      ' ',
    );
  const usage = {
    prompt_tokens: Math.ceil(String(question ?? '').length / 4),
    completion_tokens: words.length,
    total_tokens: Math.ceil(String(question ?? '').length / 4) + words.length,
  };
  const envelope = { id: 'chatcmpl-demo', created: Math.floor(Date.now() / 1000), model: chat.model ?? 'demo-model' };
  if (chat.stream !== true) {
    const choice = {
      index: 0,
      message: { role: 'assistant', content: words.join(' ') },
      logprobs: null,
      finish_reason: 'stop',
    };
    return json(response, 200, { ...envelope, object: 'chat.completion', choices: [choice], usage });
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = (choices: unknown[], more: object = {}) =>
    response.write(`data: ${JSON.stringify({ ...envelope, object: 'chat.completion.chunk', choices, ...more })}\n\n`);
  for (const [n, word] of words.entries()) {
    const delta = { ...(n === 0 ? { role: 'assistant' } : {}), content: n === 0 ? word : ` ${word}` };
    send([{ index: 0, delta, finish_reason: null }]);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  send([{ index: 0, delta: {}, finish_reason: 'stop' }]);
  send([], { usage });
  response.end('data: [DONE]\n\n');
}

function fail(response: ServerResponse, status: number, message: string): void {
  json(response, status, { error: { message, type: 'invalid_request_error', param: null, code: null } });
}

function json(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}
