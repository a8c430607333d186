/** The admin door: readiness, health, metrics and debug pages over HTTP. Handlers return data; secrets have been redacted before. */
import { createServer, type Server, type ServerResponse } from 'node:http';

export interface AdminPages {
  /** What keeps the gateway from being ready; empty = ready. */
  readonly notReadyBecause: () => readonly string[];
  readonly metrics: () => Promise<string>;
  /** JSON-able page by name, for `/debug/NAME`. */
  readonly debug: Readonly<Record<string, () => unknown | Promise<unknown>>>;
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export class AdminServer {
  readonly #server: Server;

  constructor(pages: AdminPages) {
    this.#server = createServer((request, response) => {
      answer(new URL(request.url ?? '/', 'http://admin').pathname, request.method ?? 'GET', pages, response).catch(
        (error: unknown) => {
          if (!response.headersSent)
            json(response, 500, { error: error instanceof Error ? error.message : String(error) });
          else response.destroy();
        },
      );
    });
    this.#server.keepAliveTimeout = 5_000;
  }

  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        const bound = this.#server.address();
        resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

async function answer(path: string, method: string, pages: AdminPages, response: ServerResponse): Promise<void> {
  if (method !== 'GET' && method !== 'HEAD')
    return json(response, 405, { error: `method ${method} is not allowed here; use GET` });
  if (path === '/healthz') return text(response, 200, 'ok\n');
  if (path === '/ready') {
    const reasons = pages.notReadyBecause();
    return json(response, reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons });
  }
  if (path === '/metrics') return text(response, 200, await pages.metrics(), METRICS_TYPE);
  const debug = /^\/debug\/([a-z-]+)$/.exec(path)?.[1];
  const page = debug === undefined ? undefined : pages.debug[debug];
  if (page !== undefined) return json(response, 200, await page());
  const known = ['/ready', '/healthz', '/metrics', ...Object.keys(pages.debug).map((name) => `/debug/${name}`)];
  return json(response, 404, { error: `no page ${path}`, pages: known });
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
