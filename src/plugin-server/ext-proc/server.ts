/** The gRPC server that Envoy's ext_proc filters talk to, on an HTTP/2 server and gRPC framing of its own: one method, no reflection, no interceptors. */
import type { ListenAddress } from '#lib/listen.ts';
import type { HostServices, PluginLog } from '#plugin-sdk/host.ts';
import type { ChainStore } from '../chain-store.ts';
import { keptHeader } from '../http2/hpack/encoder.ts';
import type { Limits } from '../http2/protocol.ts';
import type { RequestHead } from '../http2/request-head.ts';
import { startHttp2Server } from '../http2/server.ts';
import type { ServerStream, StreamHandler } from '../http2/stream.ts';
import { ProcessingStream } from './stream.ts';
import { Waits } from './waits.ts';

export const CHAIN_HEADER = 'x-higress-chain';
const METHOD = '/envoy.service.ext_proc.v3.ExternalProcessor/Process';

/** Large enough that Envoy never waits for a window or is refused a stream; memory is bounded by the connection's window. */
const LIMITS: Limits = {
  maxStreams: 2 ** 31 - 1,
  streamWindowBytes: 4 * 1024 * 1024,
  connectionWindowBytes: 256 * 1024 * 1024,
  headerListBytes: 64 * 1024,
};

/** Below the filter's `message_timeout`. */
const PATIENCE_MS = 90_000;

const UNIMPLEMENTED = [
  keptHeader(':status', '200'),
  keptHeader('content-type', 'application/grpc'),
  keptHeader('grpc-status', '12'),
] as const;

export interface ExtProcServer {
  /** Address as bound: a port of 0 is replaced. */
  readonly address: ListenAddress;
  /** Streams open now and since the start. */
  streams(): { readonly open: number; readonly total: number };
  /** Lets open streams end for `drainMs`, then cuts them. */
  stop(drainMs: number): Promise<void>;
}

export interface ExtProcOptions {
  readonly address: ListenAddress;
  readonly chains: ChainStore;
  readonly hostOf: (plugin: string) => HostServices;
  readonly log: PluginLog;
  /** How long a hook may take before Envoy is asked to wait on. Default 90 s. */
  readonly patienceMs?: number | undefined;
}

export async function startExtProc(options: ExtProcOptions): Promise<ExtProcServer> {
  const { chains, log } = options;
  const deps = { hostOf: options.hostOf, log, patience: new Waits(options.patienceMs ?? PATIENCE_MS) };
  let open = 0;
  let total = 0;
  const serve = (stream: ServerStream, { path, headers }: RequestHead): StreamHandler => {
    if (path !== METHOD) {
      stream.end(UNIMPLEMENTED);
      return IGNORING;
    }
    open++;
    total++;
    const processing = new ProcessingStream(stream, headers, deps, () => {
      open--;
    });
    const id = headers.get(CHAIN_HEADER);
    if (id === undefined) {
      processing.refuse(`gRPC metadata ${CHAIN_HEADER} is missing`);
      return processing;
    }
    const chain = chains.filter(id);
    if (chain !== undefined) {
      processing.start(chain);
      return processing;
    }
    void chains.waitForFilter(id).then((late) => {
      if (late !== undefined) processing.start(late);
      else {
        log.warn({ chain: id }, 'a request asked for a plugin chain that did not arrive');
        processing.refuse(`unknown plugin chain ${id}`);
      }
    });
    return processing;
  };
  const server = await startHttp2Server({
    ...LIMITS,
    address: options.address,
    onRequest: serve,
    onFailure: (error) => log.error({ err: String(error) }, 'a request of Envoy failed'),
    onError: (error) => log.warn({ err: error.message }, 'a connection from Envoy failed'),
  });
  return { address: server.address, streams: () => ({ open, total }), stop: (drainMs: number) => server.stop(drainMs) };
}

/** For streams whose answer has ended already. */
const IGNORING: StreamHandler = { data() {}, end() {}, drained() {}, closed() {} };
