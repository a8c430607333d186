/** Handlers by path prefix; and a server of nothing else, for doors that take no requests of plugins. */
import type { IncomingMessage, ServerOptions, ServerResponse } from 'node:http';
import { HttpServer } from '#lib/http-server.ts';
import type { ListenAddress } from '#lib/listen.ts';
import type { PluginLog } from '#plugin-sdk/host.ts';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Path prefix to handler; the longest prefix wins. */
export type Mounts = Readonly<Record<string, HttpHandler>>;

/** A handler that gives every request to the one its path belongs to; 404 when there is none. */
export function byMount(mounts: Mounts): HttpHandler {
  const sorted = Object.entries(mounts).sort(([a], [b]) => b.length - a.length);
  return (request, response) => {
    const path = pathOf(request);
    const mount = sorted.find(
      ([prefix]) => path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`),
    );
    return mount === undefined ? answerText(response, 404, 'not found') : mount[1](request, response);
  };
}

export interface HttpDoor {
  readonly address: ListenAddress;
  stop(): Promise<void>;
}

/** HTTP/1.1. A handler that throws is logged and answered with 500. */
export async function startHttpDoor(
  wanted: ListenAddress,
  handler: HttpHandler,
  log: PluginLog,
  options: ServerOptions = {},
): Promise<HttpDoor> {
  const server = new HttpServer(
    (request, response) => {
      Promise.try(handler, request, response).catch((error: unknown) => {
        log.error(
          { err: error instanceof Error ? error.stack : String(error) },
          'a request to the plugin server failed',
        );
        if (response.headersSent) response.destroy();
        else answerText(response, 500, 'Internal Server Error');
      });
    },
    { keepAlive: true, noDelay: true, maxHeaderSize: 256 * 1024, ...options },
  );
  const address = await server.listen(wanted);
  return { address, stop: () => server.close() };
}

export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0] ?? '/';
}

export function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}
