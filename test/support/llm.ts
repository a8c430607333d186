/** A stand-in for an LLM vendor: remembers what came and answers as the test says. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { UPSTREAM } from './upstream.ts';

export interface LlmRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as JSON; undefined when it is none. */
  readonly json: Record<string, unknown> | undefined;
  /** `Authorization` without `Bearer`, or `x-api-key`. */
  readonly token: string;
  /** The exchange ended before the answer did. */
  aborted: boolean;
}

export type LlmHandler = (request: LlmRequest, response: ServerResponse) => void | Promise<void>;

export interface Llm {
  readonly port: number;
  readonly seen: LlmRequest[];
  /** From now on. */
  answer(handler: LlmHandler): void;
  stop(): Promise<void>;
}

export async function startLlm(first: LlmHandler = (_request, response) => completion(response)): Promise<Llm> {
  const seen: LlmRequest[] = [];
  let handler = first;
  const server = createServer(UPSTREAM, async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const { authorization, 'x-api-key': key } = request.headers;
    const one: LlmRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
      json: asJson(body),
      token: authorization?.replace(/^Bearer /, '') ?? String(key ?? ''),
      aborted: false,
    };
    seen.push(one);
    response.on('close', () => {
      one.aborted = !response.writableFinished;
    });
    await handler(one, response);
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    seen,
    answer: (next) => {
      handler = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function asJson(body: Buffer): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** A whole chat completion as OpenAI's. */
export function completion(response: ServerResponse, content = 'hello'): void {
  json(response, 200, {
    id: 'c-1',
    object: 'chat.completion',
    created: 1,
    model: 'vendor-model',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  });
}

/** The events of one chat completion as Anthropic streams it. */
export function claudeEvents(text: string): string[] {
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-x', content: [] };
  return [
    { type: 'message_start', message: { ...message, usage: { input_tokens: 3, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...[...text].map((letter) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: letter },
    })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
    { type: 'message_stop' },
  ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

export function eventStream(response: ServerResponse, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
}

/** An Ingress in the system namespace whose WasmPlugin makes it an AI route of one provider. */
export function aiRouteYaml(options: {
  readonly name: string;
  readonly host: string;
  readonly service: string;
  readonly provider: object;
  readonly annotations?: Readonly<Record<string, string>>;
  /** ai-statistics by its hooks as well. */
  readonly statistics?: boolean;
}): string {
  const { name, host, service, provider, annotations = {}, statistics = false } = options;
  const notes = Object.entries(annotations).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`);
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  namespace: higress-system
  annotations:
    example.com/test: "true"
${notes.join('')}spec:
  ingressClassName: higress
  rules:
  - host: "${host}"
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: { service: { name: ${service}, port: { number: 80 } } }
---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ${name}-proxy, namespace: higress-system }
spec:
  url: oci://higress/plugins/ai-proxy:2.0.1
  defaultConfigDisable: true
  matchRules:
  - ingress: [${name}]
    config: { provider: ${JSON.stringify(provider)} }
${statistics ? statisticsYaml(name) : ''}`;
}

function statisticsYaml(ingress: string): string {
  return `---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata:
  name: ${ingress}-statistics
  namespace: higress-system
  annotations: { higress.io/plugin-runtime: ext-proc }
spec:
  url: oci://higress/plugins/ai-statistics:2.0.1
  defaultConfigDisable: true
  matchRules:
  - ingress: [${ingress}]
    config: {}
`;
}

export interface OpenStream {
  /** What has arrived so far. */
  text(): string;
  /** Resolves when the answer is over: `end` well, `broken` in the middle. */
  readonly over: Promise<'end' | 'broken'>;
  readonly status: Promise<number>;
  abort(): void;
  /** Reads nothing more for the moment, and goes on. */
  pause(): void;
  resume(): void;
}

/** A request whose answer is looked at while it comes. `onText` hears of everything that has arrived so far. */
export function openStream(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: object | Buffer,
  onText: (text: string) => void = () => undefined,
): OpenStream {
  const { hostname, port, pathname, search } = new URL(url);
  let text = '';
  let settle: (how: 'end' | 'broken') => void = () => undefined;
  let answered: (status: number) => void = () => undefined;
  const over = new Promise<'end' | 'broken'>((resolve) => {
    settle = resolve;
  });
  const status = new Promise<number>((resolve) => {
    answered = resolve;
  });
  let answer: IncomingMessage | undefined;
  const outgoing = request(
    {
      hostname,
      port,
      path: pathname + search,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      agent: false,
    },
    (response) => {
      answer = response;
      answered(response.statusCode ?? 0);
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        onText(text);
      });
      response.on('end', () => settle('end'));
      response.on('error', () => settle('broken'));
    },
  );
  outgoing.on('error', () => settle('broken'));
  outgoing.end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
  return {
    text: () => text,
    over,
    status,
    abort: () => outgoing.destroy(),
    pause: () => answer?.pause(),
    resume: () => answer?.resume(),
  };
}

/** `data` of the events of an event stream. */
export function dataOf(text: string): string[] {
  return text
    .split('\n\n')
    .flatMap((event) => event.split('\n'))
    .filter((line) => line.startsWith('data: '))
    .map((line) => line.slice('data: '.length));
}

/** The answer's text out of OpenAI chunks. */
export function contentOf(text: string): string {
  return dataOf(text)
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data).choices?.[0]?.delta?.content ?? '')
    .join('');
}
