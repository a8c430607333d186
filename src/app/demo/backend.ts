/** The quickstart's ordinary upstream: answers every request with what it saw, so that people see what the gateway did. */
import { createServer, type Server } from 'node:http';

export function createDemoBackend(): Server {
  return createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const url = new URL(request.url ?? '/', 'http://demo');
    const body =
      url.pathname === '/weather'
        ? { city: url.searchParams.get('city') ?? 'nowhere', temperature: 21, unit: 'celsius', sky: 'clear' }
        : {
            from: 'demo backend',
            method: request.method,
            path: request.url,
            headers: request.headers,
            ...(parts.length === 0 ? {} : { body: Buffer.concat(parts).toString('utf8') }),
          };
    const text = `${JSON.stringify(body, null, 2)}\n`;
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      .end(text);
  });
}
