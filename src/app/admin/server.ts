/** The admin door: readiness, health, metrics and debug pages over HTTP. Handlers return data; secrets have been redacted before. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpServer } from '#lib/http-server.ts';

export interface AdminPages {
  /** What keeps the gateway from being ready; empty = ready. */
  readonly notReadyBecause: () => readonly string[];
  readonly metrics: () => Promise<string>;
  /** JSON-able page by name, for `/debug/NAME`. */
  readonly debug: Readonly<Record<string, () => unknown | Promise<unknown>>>;
  /** What `/registry/watcherStatus` tells, as Higress does: undefined when nothing asks for registries. */
  readonly watchers?: () => readonly WatcherStatus[] | undefined;
  /** Answers to JSON that is sent with POST, by name, for `/debug/NAME`; they change nothing. A question that makes no sense throws `QuestionError`. */
  readonly questions?: Readonly<Record<string, (question: unknown) => unknown | Promise<unknown>>>;
  /** Who gets anything of `/debug` and `/registry`: everybody, nobody, or only who comes over loopback, as a port-forward into the pod does. Default everybody. */
  readonly debugFor?: DebugFor;
}

/** One registry. `ready`: it has answered once; `healthy`: it does now. */
export interface WatcherStatus {
  readonly name: string;
  readonly type: string;
  readonly healthy: boolean;
  readonly ready: boolean;
}

export type DebugFor = 'everybody' | 'localhost' | 'nobody';

/** What was sent to a question is not what it can answer. */
export class QuestionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'QuestionError';
  }
}

/** A dump of an Envoy with tens of thousands of routes is this large. */
const MAX_QUESTION_BYTES = 256 * 1024 * 1024;
const WATCHERS = '/registry/watcherStatus';
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export class AdminServer extends HttpServer {
  constructor(pages: AdminPages) {
    super(
      (request, response) => {
        answer(request, pages, response).catch((error: unknown) => {
          const status = error instanceof QuestionError ? 400 : 500;
          if (!response.headersSent)
            json(response, status, { error: error instanceof Error ? error.message : String(error) });
          else response.destroy();
        });
      },
      { keepAliveTimeout: 5_000 },
    );
  }
}

async function answer(request: IncomingMessage, pages: AdminPages, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://admin').pathname;
  const method = request.method ?? 'GET';
  const { debug, questions = {}, debugFor = 'everybody' } = pages;
  const name = /^\/debug\/([a-z-]+)$/.exec(path)?.[1] ?? '';
  if (/^\/(debug|registry)\//.test(path) && !mayDebug(request, debugFor))
    return json(response, 403, { error: CLOSED[debugFor] });
  const question = Object.hasOwn(questions, name) ? questions[name] : undefined;
  if (method === 'POST' && question !== undefined)
    return json(response, 200, await question(await questionIn(request)));
  if (method !== 'GET' && method !== 'HEAD') {
    const allowed = question === undefined ? 'GET' : 'POST';
    return json(response, 405, { error: `method ${method} is not allowed here; use ${allowed}` });
  }
  if (path === '/healthz') return text(response, 200, 'ok\n');
  if (path === '/ready') {
    const reasons = pages.notReadyBecause();
    return json(response, reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons });
  }
  if (path === '/metrics') return text(response, 200, await pages.metrics(), METRICS_TYPE);
  const page = Object.hasOwn(debug, name) ? debug[name] : undefined;
  if (page !== undefined) return json(response, 200, await page());
  if (path === WATCHERS && pages.watchers !== undefined) {
    const watchers = pages.watchers();
    if (watchers !== undefined) return json(response, 200, watchers);
    return text(response, 404, 'no registries are watched: there is no McpBridge "default" in the system namespace\n');
  }
  const watchers = pages.watchers === undefined ? [] : [WATCHERS];
  const known = ['/ready', '/healthz', '/metrics', ...watchers, ...Object.keys(debug).map((one) => `/debug/${one}`)];
  return json(response, 404, { error: `no page ${path}`, pages: known });
}

const CLOSED: Readonly<Record<DebugFor, string>> = {
  everybody: '',
  localhost:
    '/debug and /registry answer only over loopback: use `higress status -n NAMESPACE`, or kubectl port-forward to this pod',
  nobody: '/debug and /registry are switched off (--debug=false)',
};

function mayDebug({ socket }: IncomingMessage, debugFor: DebugFor): boolean {
  return debugFor === 'localhost' ? isLoopback(socket.remoteAddress) : debugFor === 'everybody';
}

/** Address of a connection, IPv4 ones also as IPv6 has them. */
export function isLoopback(address: string | undefined): boolean {
  return /^(::1|(::ffff:)?127(\.\d+){3})$/.test(address ?? '');
}

async function questionIn(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_QUESTION_BYTES) throw new QuestionError(`more than ${MAX_QUESTION_BYTES} bytes were sent`);
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown;
  } catch {
    throw new QuestionError('what was sent is no JSON');
  }
}

function text(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

function json(response: ServerResponse, status: number, value: unknown): void {
  text(response, status, `${JSON.stringify(value, mapsAsObjects, 2)}\n`, 'application/json');
}

function mapsAsObjects(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}
