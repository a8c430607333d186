/**
 * The HTTP/1.1 side of the plugin server. Envoy sends the requests of terminal plugins here, told by header `x-higress-chain`; everything else
 * goes to handlers mounted by path (`/healthz`, `/wasm/…`, debug pages).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ListenAddress } from '#lib/listen.ts';
import { HeaderTable } from '#plugin-sdk/engine/header-table.ts';
import type { HostServices, PluginLog } from '#plugin-sdk/host.ts';
import type { ServeRequest, ServeResponse } from '#plugin-sdk/serve.ts';
import type { ChainStore, ServeChain } from './chain-store.ts';
import { answerText, byMount, type HttpDoor, type HttpHandler, type Mounts, startHttpDoor } from './mounts.ts';

const CHAIN_HEADER = 'x-higress-chain';
const ROUTE_HEADER = 'x-higress-route';
const BODY_LIMIT_BYTES = 100 * 1024 * 1024;
/** Longer than Envoy keeps an idle connection, so that it is Envoy who closes. */
const IDLE_MS = 3_700_000;
const HOP_HEADERS = new Set([CHAIN_HEADER, ROUTE_HEADER, 'connection', 'keep-alive', 'transfer-encoding', 'upgrade']);

export interface HttpFaceOptions {
  readonly address: ListenAddress;
  readonly chains: ChainStore;
  readonly hostOf: (plugin: string) => HostServices;
  readonly log: PluginLog;
  readonly mounts?: Mounts;
}

export async function startHttpFace(options: HttpFaceOptions): Promise<HttpDoor> {
  const otherwise = byMount(options.mounts ?? {});
  return startHttpDoor(
    options.address,
    (request, response) => handle(options, otherwise, request, response),
    options.log,
    { keepAliveTimeout: IDLE_MS, requestTimeout: 0, headersTimeout: 0 },
  );
}

async function handle(
  options: HttpFaceOptions,
  otherwise: HttpHandler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const id = request.headers[CHAIN_HEADER];
  if (typeof id === 'string') {
    const chain = options.chains.serve(id) ?? (await options.chains.waitForServe(id));
    if (chain === undefined) {
      options.log.warn({ chain: id }, 'a request asked for a plugin chain that did not arrive');
      answerText(response, 503, 'the plugin of this route is not loaded');
    } else await serve(options, chain, request, response);
    return;
  }
  await otherwise(request, response);
}

async function serve(
  options: HttpFaceOptions,
  chain: ServeChain,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort();
  });
  const body = await readBody(request);
  if (body === undefined) {
    answerText(response, 413, 'Payload Too Large');
    return;
  }
  const answer = await chain.hooks.handle(serveRequest(request, body), {
    routeName: headerOf(request, ROUTE_HEADER),
    destinations: chain.destinations,
    timeoutMs: chain.timeoutMs,
    host: options.hostOf(chain.plugin),
    signal: abort.signal,
  });
  await send(response, answer, abort.signal);
}

async function send(response: ServerResponse, answer: ServeResponse, signal: AbortSignal): Promise<void> {
  const { body } = answer;
  response.writeHead(answer.status, { ...answer.headers });
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    response.end(body);
    return;
  }
  response.flushHeaders();
  // Leaving the loop returns the iterator, so the plugin learns of the abort even while it is silent on the signal.
  for await (const part of body) {
    if (signal.aborted) return;
    if (!response.write(part)) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

function serveRequest(request: IncomingMessage, body: Buffer): ServeRequest {
  const flat: string[] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]!.toLowerCase();
    if (!HOP_HEADERS.has(name)) flat.push(name, request.rawHeaders[i + 1]!);
  }
  const forwarded = headerOf(request, 'x-forwarded-for').split(',').at(-1)?.trim() ?? '';
  return {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    authority: headerOf(request, 'host'),
    scheme: headerOf(request, 'x-forwarded-proto') || 'http',
    headers: new HeaderTable(flat),
    body,
    sourceAddress: headerOf(request, 'x-envoy-external-address') || forwarded,
  };
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** Undefined when the body is above the limit. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_LIMIT_BYTES) return undefined;
    parts.push(part);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
