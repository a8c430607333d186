/** Rows of a table that goes over the wire: what is configured, what the client sends, what the upstream must see, what the client must get. */
import { expect } from '@jest/globals';
import { serviceYaml } from './echo.ts';
import { type Answer, fetchRaw, type Gateway } from './gateway.ts';
import { dataOf, type Llm, type LlmRequest } from './llm.ts';
import { ANSWERS, give, type VendorAnswer } from './vendor-answers.ts';

export interface Step {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects go as JSON, texts and bytes as they are, with the content type of `headers`. */
  readonly body?: object | string | Buffer;
  /** What the upstream answers; OpenAI's whole answer when absent. */
  readonly answer?: VendorAnswer;
  /** Members that the upstream's request must have; `absent` lists members that its body must not have. */
  readonly upstream?: Partial<Seen> & { readonly absent?: readonly string[] };
  /** Members that the client's answer must have. */
  readonly client?: { readonly status?: number; readonly json?: unknown; readonly text?: string };
  /** Looks at the chunks of a stream, without `[DONE]`, which must stand at the end once. */
  readonly chunks?: (chunks: readonly Chunk[]) => void;
  readonly check?: (request: LlmRequest, answer: Answer) => void | Promise<void>;
}

export interface Chunk {
  readonly object: string;
  readonly choices: readonly {
    readonly index: number;
    readonly delta: Readonly<Record<string, unknown>>;
    readonly finish_reason: string | null;
    readonly logprobs: object | null;
  }[];
  readonly usage: object | null;
}

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly token: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly json: unknown;
  readonly text: string;
}

export interface Row {
  /** Where the row comes from: `#2378`, `defect 4`, … */
  readonly item: string;
  readonly says: string;
  /** Configurations of plugins by name. */
  readonly plugins: Readonly<Record<string, object>>;
  readonly steps: readonly Step[];
  /** Of the access-log lines of the steps, in their order. */
  readonly log?: readonly LogExpectation[];
}

export interface LogExpectation {
  readonly has?: object;
  /** Members that must not be there, by dotted path. */
  readonly absent?: readonly string[];
}

const PHASES: Readonly<Record<string, readonly [phase: string, priority: number]>> = {
  'model-router': ['AUTHN', 900],
  'model-mapper': ['AUTHN', 800],
  'ai-statistics': ['UNSPECIFIED_PHASE', 900],
  'ai-proxy': ['UNSPECIFIED_PHASE', 100],
};

export function hostOf(row: number): string {
  return `row-${row}.example.com`;
}

/** The agent that a step's access-log line is known by. */
export function agentOf(row: number, step: number): string {
  return `row-${row}-step-${step}`;
}

/** Manifests of a service and, for each row, an Ingress with its plugins. */
export function manifestsOf(rows: readonly Row[], port: number): string {
  return [serviceYaml('llm', port, 'higress-system'), ...rows.map((row, index) => routeYaml(row, index))].join('---\n');
}

function routeYaml({ plugins }: Row, index: number): string {
  const name = `row-${index}`;
  const filters = Object.entries(plugins).map(([plugin, config]) => {
    const [phase, priority] = PHASES[plugin] ?? ['UNSPECIFIED_PHASE', 100];
    return `---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ${name}-${plugin}, namespace: higress-system }
spec:
  url: oci://higress/plugins/${plugin}:2.0.1
  phase: ${phase}
  priority: ${priority}
  defaultConfigDisable: true
  matchRules:
  - { ingress: [${name}], config: ${JSON.stringify(config)} }
`;
  });
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, namespace: higress-system }
spec:
  ingressClassName: higress
  rules:
  - host: ${hostOf(index)}
    http:
      paths:
      - { path: /, pathType: Prefix, backend: { service: { name: llm, port: { number: 80 } } } }
${filters.join('')}`;
}

/** Sends the steps of a row one after the other and holds each against what it says. */
export async function runRow({ steps }: Row, index: number, gateway: Gateway, llm: Llm): Promise<void> {
  for (const [number, step] of steps.entries()) await runStep(step, index, number, gateway, llm);
}

async function runStep(step: Step, row: number, number: number, gateway: Gateway, llm: Llm): Promise<void> {
  llm.seen.length = 0;
  llm.answer((_request, response) => give(response, step.answer ?? ANSWERS.openai.whole));
  const { body } = step;
  const raw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const answer = await fetchRaw(`${gateway.urls.http}${step.path}`, {
    method: step.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      host: hostOf(row),
      'user-agent': agentOf(row, number),
      authorization: 'Bearer client',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...step.headers,
    },
    ...(raw === undefined ? {} : { body: raw }),
  });
  const { client: { json, ...client } = {}, upstream: { absent = [], ...upstream } = {} } = step;
  expect(answer).toMatchObject({ status: 200, ...(client.status === undefined ? {} : { status: client.status }) });
  if (client.text !== undefined) expect(answer.body).toBe(client.text);
  if (json !== undefined) expect(JSON.parse(answer.body)).toMatchObject(json as object);
  if (step.chunks) step.chunks(chunksOf(answer.body));
  const request = llm.seen.at(-1);
  if (!request) throw new Error(`the upstream saw no request for ${step.path}; the client got ${answer.body}`);
  expect(seenOf(request)).toMatchObject(upstream);
  for (const member of absent) expect(request.json).not.toHaveProperty(member);
  await step.check?.(request, answer);
}

function seenOf({ method, path, headers, json, token, body }: LlmRequest): Seen {
  return { method, path, host: headers.host ?? '', token, headers, json, text: body.toString('utf8') };
}

export function chunksOf(text: string): Chunk[] {
  const data = dataOf(text);
  expect(data.filter((one) => one === '[DONE]')).toHaveLength(1);
  expect(data.at(-1)).toBe('[DONE]');
  return data.slice(0, -1).map((one) => JSON.parse(one) as Chunk);
}

/** The access-log line of a step, once it is written. */
export function logLine(gateway: Gateway, row: number, step: number): Record<string, unknown> | undefined {
  const agent = agentOf(row, step);
  return gateway.log
    .split('\n')
    .filter((line) => line.startsWith('{') && line.includes(`"${agent}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .find(({ user_agent }) => user_agent === agent);
}
