/** Answers a CA that comes for `/.well-known/acme-challenge/TOKEN`; nothing else. Every replica does. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from '#lib/log.ts';
import { CHALLENGE_PATH } from '#translate/challenge-solver.ts';

export class ChallengeServer {
  readonly #server: Server;

  /** `find`: the answer to a token, undefined when nobody asked for it. */
  constructor(find: (token: string) => Promise<string | undefined>, log: Logger) {
    this.#server = createServer((request, response) => {
      answer(request, response, find).catch((error: unknown) => {
        log.warn({ err: error }, 'a challenge could not be looked up');
        response.writeHead(503).end();
      });
    });
  }

  listen({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, resolve);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

async function answer(
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  find: (token: string) => Promise<string | undefined>,
): Promise<void> {
  if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
  const [path = ''] = url.split('?');
  const found = path.startsWith(CHALLENGE_PATH) ? await find(path.slice(CHALLENGE_PATH.length)) : undefined;
  if (found === undefined) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(found) });
  response.end(method === 'HEAD' ? undefined : found);
}
