/** A plugin server that only marks what it gets: enough to see which chain Envoy called, with what, and when. */
import { createServer, type Server as HttpServer, type IncomingHttpHeaders } from 'node:http';
import { type Metadata, Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { decode, encode } from '#xds/proto/index.ts';
import type { Message } from '#xds/snapshot/resources.ts';

export interface ProcStream {
  readonly chain: string;
  /** Kinds of messages in order, for example `request_headers`. */
  readonly kinds: string[];
  /** gRPC metadata of ours, by name. */
  readonly metadata: Readonly<Record<string, unknown>>;
  requestBody: string;
  responseBody: string;
}

export interface FakePluginServer {
  readonly streams: ProcStream[];
  /** Requests at the HTTP face. */
  readonly served: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  stop(): void;
}

const PROCESS = {
  path: '/envoy.service.ext_proc.v3.ExternalProcessor/Process',
  requestStream: true,
  responseStream: true,
  requestDeserialize: (bytes: Buffer) => decode('envoy.service.ext_proc.v3.ProcessingRequest', bytes),
  requestSerialize: (value: Message) => Buffer.from(encode('envoy.service.ext_proc.v3.ProcessingRequest', value)),
  responseSerialize: (value: Message) => Buffer.from(encode('envoy.service.ext_proc.v3.ProcessingResponse', value)),
  responseDeserialize: (bytes: Buffer) => decode('envoy.service.ext_proc.v3.ProcessingResponse', bytes),
} as const;

/** Each chain appends its id to the request header `x-chains` and sets `x-model` from a JSON body; `module` is served as `/modules/mine.wasm`. */
export async function startFakePluginServer(
  extProcSocket: string,
  httpSocket: string,
  module: Uint8Array,
): Promise<FakePluginServer> {
  const streams: ProcStream[] = [];
  const served: FakePluginServer['served'] = [];
  const server = new Server();
  server.addService(
    { process: PROCESS },
    {
      process: (stream: ServerDuplexStream<Message, Message> & { metadata: Metadata }) => {
        const seen: ProcStream = {
          chain: String(stream.metadata.get('x-higress-chain')[0] ?? ''),
          kinds: [],
          metadata: stream.metadata.getMap(),
          requestBody: '',
          responseBody: '',
        };
        streams.push(seen);
        stream.on('data', (message: Message) => stream.write(answer(message, seen)));
        stream.on('end', () => stream.end());
        stream.on('error', () => undefined);
      },
    },
  );
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix:${extProcSocket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    ),
  );
  const http: HttpServer = createServer((request, response) => {
    if (request.url === '/modules/mine.wasm') {
      response.end(module);
      return;
    }
    served.push({ path: request.url ?? '', headers: request.headers });
    response.end('served');
  });
  await new Promise<void>((resolve) => http.listen(httpSocket, resolve));
  return {
    streams,
    served,
    stop() {
      server.forceShutdown();
      http.close();
      http.closeAllConnections();
    },
  };
}

function answer(message: Message, seen: ProcStream): Message {
  if (message.request_headers !== undefined) {
    seen.kinds.push('request_headers');
    const option = {
      header: { key: 'x-chains', raw_value: Buffer.from(seen.chain) },
      append_action: 'APPEND_IF_EXISTS_OR_ADD',
    };
    return { request_headers: { response: { header_mutation: { set_headers: [option] } } } };
  }
  if (message.request_body !== undefined) {
    seen.kinds.push('request_body');
    seen.requestBody += text(message.request_body);
    const model = /"model":"([a-z]+)"/.exec(seen.requestBody)?.[1];
    const set_headers = model === undefined ? [] : [{ header: { key: 'x-model', raw_value: Buffer.from(model) } }];
    return { request_body: { response: { header_mutation: { set_headers }, clear_route_cache: true } } };
  }
  if (message.response_headers !== undefined) {
    seen.kinds.push('response_headers');
    return { response_headers: {} };
  }
  if (message.response_body !== undefined) {
    seen.kinds.push('response_body');
    seen.responseBody += text(message.response_body);
    return { response_body: {} };
  }
  return {};
}

function text(part: unknown): string {
  const { body } = part as { body?: Uint8Array | string };
  if (body === undefined) return '';
  return typeof body === 'string' ? Buffer.from(body, 'base64').toString() : Buffer.from(body).toString();
}
