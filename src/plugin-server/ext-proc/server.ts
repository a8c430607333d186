/** The gRPC server that Envoy's ext_proc filters talk to, on an HTTP/2 server and gRPC framing of its own: one method, no reflection, no interceptors. */
import type { ListenAddress } from '#lib/listen.ts';
import type { PluginLog } from '#plugin-sdk/host.ts';
import { keptHeader } from '../http2/hpack/encoder.ts';
import type { Limits } from '../http2/protocol.ts';
import type { RequestHead } from '../http2/request-head.ts';
import { startHttp2Server } from '../http2/server.ts';
import type { ServerStream, StreamHandler } from '../http2/stream.ts';
import type { Exchanges } from './exchanges.ts';
import { GrpcTransport } from './grpc-transport.ts';

export const CHAIN_HEADER = 'x-higress-chain';
const METHOD = '/envoy.service.ext_proc.v3.ExternalProcessor/Process';

/** Large enough that Envoy never waits for a window or is refused a stream; memory is bounded by the connection's window. */
const LIMITS: Limits = {
  maxStreams: 2 ** 31 - 1,
  streamWindowBytes: 4 * 1024 * 1024,
  connectionWindowBytes: 256 * 1024 * 1024,
  headerListBytes: 64 * 1024,
};

const UNIMPLEMENTED = [
  keptHeader(':status', '200'),
  keptHeader('content-type', 'application/grpc'),
  keptHeader('grpc-status', '12'),
] as const;

export interface ExtProcServer {
  /** Address as bound: a port of 0 is replaced. */
  readonly address: ListenAddress;
  /** Lets open streams end for `drainMs`, then cuts them. */
  stop(drainMs: number): Promise<void>;
}

export interface ExtProcOptions {
  readonly address: ListenAddress;
  readonly exchanges: Exchanges;
  readonly log: PluginLog;
}

export async function startExtProc({ address, exchanges, log }: ExtProcOptions): Promise<ExtProcServer> {
  const serve = (stream: ServerStream, { path, headers }: RequestHead): StreamHandler => {
    if (path !== METHOD) {
      stream.end(UNIMPLEMENTED);
      return IGNORING;
    }
    return exchanges.begin(new GrpcTransport(stream), headers.get(CHAIN_HEADER), headers);
  };
  const server = await startHttp2Server({
    ...LIMITS,
    address,
    onRequest: serve,
    onFailure: (error) => log.error({ err: String(error) }, 'a request of Envoy failed'),
    onError: (error) => log.warn({ err: error.message }, 'a connection from Envoy failed'),
  });
  return { address: server.address, stop: (drainMs: number) => server.stop(drainMs) };
}

/** For streams whose answer has ended already. */
const IGNORING: StreamHandler = { data() {}, end() {}, drained() {}, closed() {} };
