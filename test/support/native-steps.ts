/** Runs the native steps of lowered plugins in a real Envoy, each set inside a filter chain of its own route, before one upstream of the test's own. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { join } from 'node:path';
import { SecretText } from '#lib/secret.ts';
import type { NativeStep } from '#plugin-sdk/lower.ts';
import { FILTERS } from '#xds/build/filters/index.ts';
import { type Envoy, startEnvoy, waitFor } from './envoy.ts';
import { UPSTREAM } from './upstream.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Written one after the other, each in a chunk of its own. */
  readonly chunks: readonly (string | Buffer)[];
}

export interface SentRequest {
  /** Key of the step set. */
  readonly route: string;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface NativeAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** What the upstream saw; undefined when it was not reached. */
  readonly upstream: Received | undefined;
  /** The line of the access log: dynamic metadata by namespace. */
  readonly log: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
}

const NAMESPACES = { aiLog: 'higress.ai_log', fields: 'higress.log', span: 'higress.span' };

export class NativeSteps {
  readonly envoy: Envoy;
  readonly #port: number;
  readonly #upstream: Server;
  readonly #logFile: string;
  #received: Received | undefined;
  #answer: ScriptedAnswer = { chunks: [] };

  private constructor(envoy: Envoy, port: number, upstream: Server, logFile: string) {
    this.envoy = envoy;
    this.#port = port;
    this.#upstream = upstream;
    this.#logFile = logFile;
  }

  static async start(
    sets: Readonly<Record<string, readonly NativeStep[]>>,
    accessLoggers: readonly object[] = [],
  ): Promise<NativeSteps> {
    const received: { take?: (request: Received) => ScriptedAnswer } = {};
    const upstream = createServer(UPSTREAM, async (incoming, response) => {
      const parts: Buffer[] = [];
      for await (const part of incoming) parts.push(part as Buffer);
      const { method = '', url = '', headers } = incoming;
      const answer = received.take?.({ method, path: url, headers, body: Buffer.concat(parts) }) ?? { chunks: [] };
      response.writeHead(answer.status ?? 200, answer.headers);
      for (const chunk of answer.chunks) await new Promise((resolve) => response.write(chunk, resolve));
      response.end();
    });
    await new Promise<void>((resolve) => upstream.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const address = upstream.address();
    const upstreamPort = typeof address === 'object' && address ? address.port : 0;
    const logFile = join(process.env.TMPDIR ?? '/tmp', `native-steps-${process.pid}-${upstreamPort}.log`);
    const envoy = await startEnvoy(bootstrap(sets, upstreamPort, logFile, accessLoggers), [
      '--file-flush-interval-msec',
      '5',
    ]);
    await envoy.ready();
    const steps = new NativeSteps(envoy, await envoy.listenerPort('steps'), upstream, logFile);
    received.take = (request) => {
      steps.#received = request;
      return steps.#answer;
    };
    return steps;
  }

  /** One request at a time. */
  async send(sent: SentRequest, answer: ScriptedAnswer = { chunks: ['{}'] }): Promise<NativeAnswer> {
    this.#received = undefined;
    this.#answer = answer;
    const before = this.#lines().length;
    const result = await this.#request(sent);
    await waitFor(() => this.#lines().length > before);
    const log = JSON.parse(this.#lines()[before] ?? '{}') as NativeAnswer['log'];
    return { ...result, upstream: this.#received, log };
  }

  async stop(): Promise<void> {
    await this.envoy.stop();
    this.#upstream.closeAllConnections();
    await new Promise((resolve) => this.#upstream.close(resolve));
  }

  #lines(): string[] {
    try {
      return readFileSync(this.#logFile, 'utf8').split('\n').slice(0, -1);
    } catch {
      return [];
    }
  }

  #request(sent: SentRequest): Promise<Pick<NativeAnswer, 'status' | 'headers' | 'body'>> {
    return new Promise((resolve, reject) => {
      const headers: Record<string, string> = { host: 'example.com', ...sent.headers, 'x-steps': sent.route };
      if (sent.body !== undefined) headers['content-length'] = String(Buffer.byteLength(sent.body));
      const method = sent.method ?? (sent.body === undefined ? 'GET' : 'POST');
      const ask = request(
        { host: '127.0.0.1', port: this.#port, path: sent.path, method, headers, agent: false },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
          );
        },
      );
      ask.on('error', reject);
      ask.end(sent.body);
    });
  }
}

/** Static bootstrap whose routes are chosen by the header `x-steps`. Also what the measurements use. */
export function bootstrap(
  sets: Readonly<Record<string, readonly NativeStep[]>>,
  upstreamPort: number,
  logFile: string | undefined,
  accessLoggers: readonly object[] = [],
  listenPort = 0,
): Record<string, unknown> {
  const routes = Object.entries(sets).map(([name, steps]) => ({
    name,
    match: { prefix: '/', headers: [{ name: 'x-steps', string_match: { exact: name } }] },
    route: { cluster: 'upstream', timeout: '0s' },
    ...(steps.length === 0 ? {} : { typed_per_filter_config: { 'higress.chain': chainOf(steps) } }),
  }));
  const file = logFile && {
    name: 'file',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
      path: logFile,
      log_format: {
        json_format: Object.fromEntries(
          Object.entries(NAMESPACES).map(([key, name]) => [key, `%DYNAMIC_METADATA(${name})%`]),
        ),
      },
    },
  };
  const manager = {
    '@type': `${NETWORK}http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'steps',
    access_log: [...(file ? [file] : []), ...accessLoggers],
    route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
    http_filters: [
      { name: 'higress.chain', typed_config: { '@type': `${HTTP}filter_chain.v3.FilterChainConfig` } },
      { name: 'router', typed_config: { '@type': `${HTTP}router.v3.Router` } },
    ],
  };
  const socket = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } });
  return reveal({
    static_resources: {
      listeners: [
        {
          name: 'steps',
          per_connection_buffer_limit_bytes: BUFFER_BYTES,
          address: socket(listenPort),
          filter_chains: [{ filters: [{ name: 'hcm', typed_config: manager }] }],
        },
      ],
      clusters: [
        {
          name: 'upstream',
          type: 'STATIC',
          connect_timeout: '2s',
          circuit_breakers: { thresholds: [{ max_connections: 4096, max_pending_requests: 4096, max_requests: 4096 }] },
          load_assignment: {
            cluster_name: 'upstream',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: socket(upstreamPort) } }] }],
          },
        },
      ],
    },
  }) as Record<string, unknown>;
}

/** What the route's limit is raised to for steps that buffer. */
const BUFFER_BYTES = 100 * 1024 * 1024;

const HTTP = 'type.googleapis.com/envoy.extensions.filters.http.';
const NETWORK = 'type.googleapis.com/envoy.extensions.filters.network.';

function chainOf(steps: readonly NativeStep[]): object {
  const filters = steps.map((step, index) => ({
    name: `step-${index}`,
    typed_config: FILTERS[step.filter].base(step.config),
  }));
  return { '@type': `${HTTP}filter_chain.v3.FilterChainConfigPerRoute`, filter_chain: { filters } };
}

function reveal(value: unknown): unknown {
  if (value instanceof SecretText) return value.reveal();
  if (Array.isArray(value)) return value.map(reveal);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, reveal(field)]));
}
