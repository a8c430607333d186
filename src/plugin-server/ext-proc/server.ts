/** The gRPC server that Envoy's ext_proc filters talk to, on `node:http2` with its own gRPC framing: one method, no reflection, no interceptors. */
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import { type ListenAddress, listen } from '#lib/listen.ts';
import type { HostServices, PluginLog } from '#plugin-sdk/host.ts';
import type { ChainStore } from '../chain-store.ts';
import { ProcessingStream } from './stream.ts';

export const CHAIN_HEADER = 'x-higress-chain';
const METHOD = '/envoy.service.ext_proc.v3.ExternalProcessor/Process';

/** HTTP/2 numbers large enough that Envoy never waits for a window or is refused a stream; memory is bounded by the connection window. */
const STREAM_WINDOW_BYTES = 4 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 256 * 1024 * 1024;
const MAX_STREAMS = 2 ** 31 - 1;
/** Envoy resets a stream for every request whose client leaves; `node:http2` takes many resets for an attack and drops the connection. */
const RESETS = 1_000_000_000;
const SESSION_MEMORY_MB = 16_384;

export interface ExtProcServer {
  /** Address as bound: a port of 0 is replaced. */
  readonly address: ListenAddress;
  /** Streams open now and since the start. */
  streams(): { readonly open: number; readonly total: number };
  stop(): Promise<void>;
}

export interface ExtProcOptions {
  readonly address: ListenAddress;
  readonly chains: ChainStore;
  readonly hostOf: (plugin: string) => HostServices;
  readonly log: PluginLog;
  readonly patienceMs?: number | undefined;
}

export async function startExtProc(options: ExtProcOptions): Promise<ExtProcServer> {
  const { chains, log } = options;
  const sessions = new Set<ServerHttp2Session>();
  let open = 0;
  let total = 0;
  const server: Http2Server = createServer({
    settings: { maxConcurrentStreams: MAX_STREAMS, initialWindowSize: STREAM_WINDOW_BYTES },
    maxSessionMemory: SESSION_MEMORY_MB,
    streamResetBurst: RESETS,
    streamResetRate: RESETS,
    maxSessionInvalidFrames: RESETS,
    maxSessionRejectedStreams: RESETS,
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', (error) => log.warn({ err: error.message }, 'a connection from Envoy failed'));
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
  });
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    if (headers[':path'] !== METHOD) {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' }, { endStream: true });
      return;
    }
    open++;
    total++;
    stream.once('close', () => {
      open--;
    });
    const id = headers[CHAIN_HEADER];
    const processing = new ProcessingStream(stream, options);
    if (typeof id !== 'string') {
      processing.refuse(`gRPC metadata ${CHAIN_HEADER} is missing`);
      return;
    }
    const chain = chains.filter(id);
    if (chain !== undefined) {
      processing.start(chain);
      return;
    }
    void chains.waitForFilter(id).then((late) => {
      if (late !== undefined) processing.start(late);
      else {
        log.warn({ chain: id }, 'a request asked for a plugin chain that did not arrive');
        processing.refuse(`unknown plugin chain ${id}`);
      }
    });
  });
  const address = await listen(server, options.address);
  return {
    address,
    streams: () => ({ open, total }),
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}
