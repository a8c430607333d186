/** Stand-ins of trace collectors: Zipkin over HTTP, and any that speaks gRPC. */
import { createServer } from 'node:http';
import { createServer as createHttp2Server, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';

export interface ZipkinSpan {
  readonly traceId: string;
  readonly kind: string;
  readonly name: string;
  readonly localEndpoint: { readonly serviceName: string };
  readonly tags: Readonly<Record<string, string>>;
}

export interface Collector {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startZipkin(): Promise<Collector & { readonly spans: readonly ZipkinSpan[] }> {
  const spans: ZipkinSpan[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (request.method === 'POST' && request.url === '/api/v2/spans')
      spans.push(...(JSON.parse(Buffer.concat(parts).toString()) as ZipkinSpan[]));
    response.writeHead(202).end();
  });
  const port = await listen(server);
  const stop = async () => {
    server.closeAllConnections();
    await closed(server);
  };
  return { spans, port, stop };
}

export interface GrpcCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** What came so far, as text. */
  text: string;
}

export async function startGrpc(): Promise<Collector & { readonly calls: readonly GrpcCall[] }> {
  const calls: GrpcCall[] = [];
  const server = createHttp2Server();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    const call: GrpcCall = { path: String(headers[':path']), headers, text: '' };
    calls.push(call);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.on('data', (part: Buffer) => {
      call.text += part.toString('latin1');
    });
    // An empty answer: 5 bytes of frame.
    stream.on('end', () => stream.end(Buffer.alloc(5)));
    stream.on('error', () => undefined);
  });
  const port = await listen(server);
  const stop = async () => {
    for (const session of sessions) session.destroy();
    await closed(server);
  };
  return { calls, port, stop };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  return (server.address() as AddressInfo).port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
