/** Answers a CA that comes for `/.well-known/acme-challenge/TOKEN`; nothing else. Every replica does. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpServer } from '#lib/http-server.ts';
import type { Logger } from '#lib/log.ts';
import { CHALLENGE_PATH } from '#translate/challenge-solver.ts';

export class ChallengeServer extends HttpServer {
  /** `find`: the answer to a token, undefined when nobody asked for it. */
  constructor(find: (token: string) => Promise<string | undefined>, log: Logger) {
    super((request, response) => {
      answer(request, response, find).catch((error: unknown) => {
        log.warn({ err: error }, 'a challenge could not be looked up');
        response.writeHead(503).end();
      });
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
