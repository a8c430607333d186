/** Calls that plugins make: HTTP/1.1 over kept connections to Envoy's egress listener, which knows the clusters. */
import { Agent, type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { ListenAddress } from '#lib/listen.ts';
import { ENDPOINT_HEADER } from '#plugin-sdk/balancing.ts';
import type { HttpAnswer, HttpCall, HttpStream } from '#plugin-sdk/host.ts';
import type { TlsFiles } from '#xds/server/index.ts';
import { TlsFileReader } from './tls-files.ts';

export const EGRESS_CLUSTER_HEADER = 'x-higress-egress-cluster';

/** DNS name in the certificate of a gateway's egress listener. */
const GATEWAY_NAME = 'gateway';
const DEFAULT_TIMEOUT_MS = 30_000;
const ANSWER_LIMIT_BYTES = 100 * 1024 * 1024;
const IDLE_SOCKETS = 256;

/** No answer came. `timeout` tells whether it was for want of time. */
export class HttpCallError extends Error {
  readonly cluster: string;
  readonly path: string;
  readonly timeout: boolean;

  constructor(call: HttpCall, reason: string, timeout = false) {
    super(`call of ${call.cluster} failed: ${reason}`);
    this.name = 'HttpCallError';
    this.cluster = call.cluster;
    this.path = call.path.split('?')[0] ?? '';
    this.timeout = timeout;
  }
}

export interface EgressClient {
  call(request: HttpCall): Promise<HttpAnswer>;
  stream(request: HttpCall): Promise<HttpStream>;
  stop(): void;
}

/** `address` undefined: there is no egress listener, every call fails and says so. */
/** Over TCP with certificates, of which the listener's must carry the name `gateway`. */
export type EgressAddress = ListenAddress & { readonly tls?: TlsFiles };

export function egressClient(address: EgressAddress | undefined, limitBytes = ANSWER_LIMIT_BYTES): EgressClient {
  if (address === undefined) {
    const reason = 'this plugin server has no way out (no egress address)';
    const refuse = (call: HttpCall) => Promise.reject(new HttpCallError(call, reason));
    return { call: refuse, stream: refuse, stop: () => undefined };
  }
  const way = wayTo(address);
  return {
    call: (call) => send(way, call, (response) => whole(response, limitBytes), true),
    stream: (call) => send(way, call, async (response, outgoing) => streamed(response, outgoing, call), true),
    stop: () => way.stop(),
  };
}

interface Way {
  open(options: RequestOptions): ClientRequest;
  stop(): void;
}

function wayTo(address: EgressAddress): Way {
  const pool = { keepAlive: true, maxFreeSockets: IDLE_SOCKETS, scheduling: 'lifo' } as const;
  if ('path' in address) {
    const agent = new Agent(pool);
    return { open: (options) => request({ ...options, socketPath: address.path, agent }), stop: () => agent.destroy() };
  }
  const { host, port, tls } = address;
  if (tls === undefined) {
    const agent = new Agent(pool);
    return { open: (options) => request({ ...options, host, port, agent }), stop: () => agent.destroy() };
  }
  const agent = new TlsAgent(pool);
  const files = new TlsFileReader(tls);
  return {
    open: (options) => tlsRequest({ ...options, host, port, agent, servername: GATEWAY_NAME, ...files.read() }),
    stop: () => agent.destroy(),
  };
}

type Take<T> = (response: IncomingMessage, outgoing: ClientRequest) => Promise<T>;

/** `take` makes the result of an answer whose head has come; time limit and abort hold until it has. */
function send<T>(way: Way, call: HttpCall, take: Take<T>, mayRetry: boolean): Promise<T> {
  const { body, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = call;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new HttpCallError(call, 'the request it was for is over'));
      return;
    }
    const outgoing = way.open({ method: call.method, path: call.path, headers: headersOf(call) });
    let done = false;
    const finish = (act: () => void): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      act();
    };
    const fail = (reason: string, timeout = false): void =>
      finish(() => {
        outgoing.destroy();
        reject(new HttpCallError(call, reason, timeout));
      });
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`, true), timeoutMs);
    const onAbort = (): void => fail('the request it was for is over');
    signal?.addEventListener('abort', onAbort, { once: true });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // Envoy closed an idle connection while the request was on its way: nothing has reached anybody yet.
      if (mayRetry && outgoing.reusedSocket && error.code === 'ECONNRESET') {
        finish(() => resolve(send(way, call, take, false)));
      } else fail(error.message);
    });
    outgoing.on('response', (response) => {
      if (call.endpoint !== undefined && response.headers[ENDPOINT_HEADER] !== call.endpoint) {
        fail(`its endpoint ${call.endpoint} is gone, or cannot be reached`);
        return;
      }
      take(response, outgoing).then(
        (answer) => finish(() => resolve(answer)),
        (error: unknown) => fail(error instanceof Error ? error.message : String(error)),
      );
    });
    outgoing.end(body);
  });
}

async function whole(response: IncomingMessage, limitBytes: number): Promise<HttpAnswer> {
  const body = await gather(response, limitBytes);
  return { status: response.statusCode ?? 0, headers: joined(response), body };
}

function streamed(response: IncomingMessage, outgoing: ClientRequest, call: HttpCall): HttpStream {
  // The head's listener does not hear of what happens from now on.
  outgoing.on('error', () => {});
  return {
    status: response.statusCode ?? 0,
    headers: joined(response),
    body: parts(response, call),
    cancel: () => response.destroy(),
  };
}

async function* parts(response: IncomingMessage, call: HttpCall): AsyncIterable<Buffer> {
  const { signal } = call;
  const onAbort = (): void => {
    response.destroy(new HttpCallError(call, 'the request it was for is over'));
  };
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    yield* response as AsyncIterable<Buffer>;
  } catch (error) {
    throw error instanceof HttpCallError ? error : new HttpCallError(call, (error as Error).message);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    if (!response.complete) response.destroy();
  }
}

async function gather(response: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limitBytes) throw new Error(`the answer is larger than ${limitBytes} bytes`);
    parts.push(part);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

function headersOf({ cluster, headers, body, endpoint }: HttpCall): string[] {
  const flat: string[] = [];
  let hasHost = false;
  let hasLength = false;
  const list = headers === undefined ? [] : Array.isArray(headers) ? headers : Object.entries(headers);
  for (const [name, value] of list as readonly (readonly [string, string])[]) {
    const lower = name.toLowerCase();
    if (
      lower === EGRESS_CLUSTER_HEADER ||
      lower === ENDPOINT_HEADER ||
      lower === 'connection' ||
      lower === 'transfer-encoding'
    )
      continue;
    if (lower === 'host' || lower === ':authority') hasHost = true;
    if (lower === 'content-length') hasLength = true;
    flat.push(lower === ':authority' ? 'host' : name, value);
  }
  if (!hasHost) flat.push('host', hostOf(cluster));
  if (!hasLength && body !== undefined) flat.push('content-length', String(Buffer.byteLength(body)));
  flat.push(EGRESS_CLUSTER_HEADER, cluster);
  if (endpoint !== undefined) flat.push(ENDPOINT_HEADER, endpoint);
  return flat;
}

/** `outbound|PORT|SUBSET|HOST` ends in the host. */
function hostOf(cluster: string): string {
  return cluster.slice(cluster.lastIndexOf('|') + 1) || cluster;
}

function joined(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(response.headersDistinct)) headers[name] = (values ?? []).join(', ');
  return headers;
}
