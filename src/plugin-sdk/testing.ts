/**
 * Test harness for plugins: the same engine as the plugin server, without Envoy and gRPC.
 *
 *     const { upstream, response } = await testPlugin(plugin, config).request({ path: '/a', respond: () => ({ body: 'hi' }) });
 */
import { Readable } from 'node:stream';
import { sharedValues } from '#lib/shared-values.ts';
import type { PluginDefinition } from './definition.ts';
import { makeChain } from './engine/chain.ts';
import { drive, type TestRequest, type TestResult } from './engine/harness.ts';
import { HeaderTable } from './engine/header-table.ts';
import type {
  HostServices,
  HttpAnswer,
  HttpCall,
  HttpStream,
  PluginLog,
  RedisClient,
  RedisService,
  WebGet,
} from './host.ts';
import type { ServeContext, ServeResponse } from './serve.ts';

export type { TestAnswer, TestRequest, TestResponse, TestResult, UpstreamRequest } from './engine/harness.ts';

/** Fakes for host services; what is not given fails (`http`) or is recorded. */
export interface FakeHost {
  readonly http?: (call: HttpCall) => Promise<HttpAnswer> | HttpAnswer;
  /** Answers of `http.stream`; without it they are those of `http`, in one part. */
  readonly stream?: (call: HttpCall) => Promise<HttpStream> | HttpStream;
  /** Answers of `web.get`; without it the process reads nothing from the web. */
  readonly web?: (get: WebGet) => Promise<HttpAnswer> | HttpAnswer;
  /** Default: none are known. */
  readonly endpoints?: (cluster: string) => readonly string[];
  /** Default: none can be reached. */
  readonly redis?: (service: RedisService) => RedisClient;
  readonly now?: () => number;
  readonly random?: () => number;
}

export interface TestOptions {
  readonly host?: FakeHost;
  /** Default `closed`, as for the kind. */
  readonly failStrategy?: 'open' | 'closed';
}

export interface MetricRecord {
  readonly kind: 'count' | 'observe';
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface LogRecord {
  readonly level: keyof PluginLog;
  readonly fields: object;
  readonly message: string;
}

export interface PluginHarness {
  request(request?: TestRequest): Promise<TestResult>;
  /** Everything so far, in order, over all requests. */
  readonly metrics: readonly MetricRecord[];
  readonly logs: readonly LogRecord[];
  readonly calls: readonly HttpCall[];
}

/** `config` is the effective configuration (`C`), as `hooks()` takes it. */
export function testPlugin<C>(plugin: PluginDefinition<C>, config: C, options: TestOptions = {}): PluginHarness {
  return testChain([chainEntry(plugin, config, options.failStrategy)], options);
}

export interface ChainEntry {
  readonly name: string;
  readonly failStrategy: 'open' | 'closed';
  readonly hooks: ReturnType<NonNullable<PluginDefinition['hooks']>>;
}

/** One plugin of a chain for `testChain`. */
export function chainEntry<C>(
  plugin: PluginDefinition<C>,
  config: C,
  failStrategy: 'open' | 'closed' = 'closed',
): ChainEntry {
  const { name } = plugin.manifest;
  if (plugin.hooks === undefined) throw new Error(`plugin "${name}" has no hooks to test`);
  return { name, failStrategy, hooks: plugin.hooks(config) };
}

/** Several plugins in one chain, in request order. */
export function testChain(entries: readonly ChainEntry[], options: Pick<TestOptions, 'host'> = {}): PluginHarness {
  const chain = makeChain('test', entries);
  const records = { metrics: [] as MetricRecord[], logs: [] as LogRecord[], calls: [] as HttpCall[] };
  const host = fakeHost(options.host ?? {}, records);
  return {
    ...records,
    request: (request = {}) => drive(chain, () => host, request, { startedMs: host.now() }),
  };
}

export interface TestServeRequest {
  /** Default POST. */
  readonly method?: string;
  readonly path?: string;
  readonly authority?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Objects become JSON. */
  readonly body?: string | Uint8Array | object;
  readonly sourceAddress?: string;
}

export interface ServeHarness extends Omit<PluginHarness, 'request'> {
  request(request?: TestServeRequest): Promise<ServeResponse>;
}

export interface TestServeOptions extends Pick<TestOptions, 'host'> {
  /** Default: `outbound|80||backend` alone. */
  readonly destinations?: ServeContext['destinations'];
  readonly timeoutMs?: number;
}

/** A terminal plugin without the plugin server. */
export function testServe<C>(plugin: PluginDefinition<C>, config: C, options: TestServeOptions = {}): ServeHarness {
  const { name } = plugin.manifest;
  if (plugin.serve === undefined) throw new Error(`plugin "${name}" does not serve requests`);
  const hooks = plugin.serve(config);
  const records = { metrics: [] as MetricRecord[], logs: [] as LogRecord[], calls: [] as HttpCall[] };
  const context: ServeContext = {
    routeName: 'test',
    destinations: options.destinations ?? [{ backend: 'outbound|80||backend', weight: 100 }],
    timeoutMs: options.timeoutMs,
    host: fakeHost(options.host ?? {}, records),
    signal: new AbortController().signal,
  };
  return {
    ...records,
    request: ({ body = '', headers = {}, ...rest } = {}) =>
      hooks.handle(
        {
          method: 'POST',
          path: '/',
          authority: 'gateway.test',
          scheme: 'http',
          sourceAddress: '10.0.0.1',
          ...rest,
          headers: HeaderTable.from(headers),
          body: Buffer.from(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)),
        },
        context,
      ),
  };
}

/** What an `http` fake returns; defaults: 200, no headers, empty body. Objects become JSON. */
export function httpAnswer(
  body: string | Uint8Array | object = '',
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  const bytes = typeof body === 'string' ? body : body instanceof Uint8Array ? body : JSON.stringify(body);
  return { status, headers, body: Buffer.from(bytes as string) };
}

/** What a `stream` fake returns: the body in parts, cut as given. */
export function httpStream(
  parts: readonly (string | Uint8Array)[],
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): HttpStream {
  return {
    status,
    headers,
    body: Readable.from(parts.map((part) => Buffer.from(part as string))),
    cancel: () => undefined,
  };
}

const NO_REDIS: RedisClient = {
  call: () => Promise.reject(new Error('no fake for a Redis')),
  run: () => Promise.reject(new Error('no fake for a Redis')),
};

function fakeHost(
  fakes: FakeHost,
  records: { metrics: MetricRecord[]; logs: LogRecord[]; calls: HttpCall[] },
): HostServices {
  const level = (name: keyof PluginLog) => (fields: object, message: string) => {
    records.logs.push({ level: name, fields, message });
  };
  return {
    http: {
      call: async (call) => {
        records.calls.push(call);
        if (fakes.http === undefined)
          throw new Error(`no fake for http calls: ${call.method} ${call.cluster} ${call.path}`);
        return fakes.http(call);
      },
      stream: async (call) => {
        records.calls.push(call);
        if (fakes.stream !== undefined) return fakes.stream(call);
        if (fakes.http === undefined)
          throw new Error(`no fake for http calls: ${call.method} ${call.cluster} ${call.path}`);
        const { status, headers, body } = await fakes.http(call);
        return httpStream([body], status, headers);
      },
    },
    ...(fakes.web === undefined ? {} : { web: { get: async (get: WebGet) => fakes.web!(get) } }),
    endpoints: async (cluster) => fakes.endpoints?.(cluster) ?? [],
    redis: {
      hold: (service) => ({ value: fakes.redis?.(service) ?? NO_REDIS, release: () => undefined }),
    },
    shared: sharedValues(),
    metrics: {
      count: (name, labels, by = 1) => {
        records.metrics.push({ kind: 'count', name, labels, value: by });
      },
      observe: (name, labels, value) => {
        records.metrics.push({ kind: 'observe', name, labels, value });
      },
    },
    log: { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') },
    now: fakes.now ?? Date.now,
    random: fakes.random ?? Math.random,
  };
}
