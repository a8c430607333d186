/** One gRPC stream of Envoy: messages in order, one at a time, replies gathered into one write per turn, back-pressure both ways. */
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Chain } from '#plugin-sdk/engine/chain.ts';
import { isPromise } from '#plugin-sdk/engine/outcome.ts';
import type { HostServices, PluginLog } from '#plugin-sdk/host.ts';
import { FrameReader } from './frames.ts';
import { type Processed, Processor } from './processor.ts';
import { type Incoming, readMessage } from './read.ts';
import { writePatience } from './write.ts';

const GRPC_OK = 0;
const GRPC_FAILED = 13;
const GRPC_NO_CHAIN = 5;
/** Messages that wait for their turn; above this the stream is paused, and HTTP/2 flow control holds Envoy back. */
const WAITING_LIMIT_BYTES = 1024 * 1024;

const RESPONSE_HEADERS = Object.freeze({ ':status': 200, 'content-type': 'application/grpc' });
const RESPOND_OPTIONS = Object.freeze({ waitForTrailers: true });

export interface StreamDeps {
  readonly hostOf: (plugin: string) => HostServices;
  readonly log: PluginLog;
  /** How long a hook may take before Envoy is asked to wait on; below the filter's `message_timeout`. Default 90 s. */
  readonly patienceMs?: number | undefined;
}

const PATIENCE_MS = 90_000;
/** The filter's `max_message_timeout`; Envoy does not hear of more. */
const MAX_WAIT_SECONDS = 3_600;

export class ProcessingStream {
  readonly #stream: ServerHttp2Stream;
  readonly #deps: StreamDeps;
  readonly #frames = new FrameReader();
  #processor: Processor | undefined;
  #waiting: Incoming[] = [];
  #waitingBytes = 0;
  #busy = false;
  #out: Buffer[] = [];
  #flushPlanned = false;
  /** The plugin server writes an answer of its own; what Envoy still sends does not count. */
  #driving = false;
  /** Envoy has sent its last message. */
  #ended = false;
  /** Nothing more is to be read or written. */
  #over = false;
  #status = GRPC_OK;
  #statusMessage = '';
  readonly #take = (message: Buffer): void => this.#message(message);
  readonly #flush = (): void => this.#write();
  readonly #askPatience = (): void => {
    if (this.#over) return;
    this.#out.push(writePatience(MAX_WAIT_SECONDS));
    this.#write();
  };

  constructor(stream: ServerHttp2Stream, deps: StreamDeps) {
    this.#stream = stream;
    this.#deps = deps;
    stream.on('data', (chunk: Buffer) => this.#data(chunk));
    stream.on('end', () => {
      this.#ended = true;
      this.#pump();
    });
    stream.on('wantTrailers', () => this.#trailers());
    // Resets are ordinary: a client went away. `close` follows.
    stream.on('error', () => {});
    stream.on('close', () => this.#gone());
    stream.respond(RESPONSE_HEADERS, RESPOND_OPTIONS);
  }

  /** From now on messages are answered. */
  start(chain: Chain): void {
    if (this.#over) return;
    this.#processor = new Processor(chain, this.#deps.hostOf);
    this.#pump();
  }

  /** There is no such chain. Envoy then follows the route's fail strategy. */
  refuse(reason: string): void {
    this.#fail(GRPC_NO_CHAIN, reason);
  }

  #data(chunk: Buffer): void {
    if (this.#over) return;
    try {
      this.#frames.feed(chunk, this.#take);
    } catch (error) {
      this.#fail(GRPC_FAILED, error instanceof Error ? error.message : String(error));
      return;
    }
    this.#pump();
  }

  #message(bytes: Buffer): void {
    if (this.#driving) return;
    this.#waiting.push(readMessage(bytes));
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > WAITING_LIMIT_BYTES) this.#stream.pause();
  }

  #pump(): void {
    const processor = this.#processor;
    if (this.#busy || this.#driving || processor === undefined) return;
    while (this.#waiting.length > 0 && !this.#over) {
      if (this.#stream.writableNeedDrain) {
        this.#busy = true;
        this.#stream.once('drain', () => {
          this.#busy = false;
          this.#pump();
        });
        return;
      }
      const message = this.#waiting.shift()!;
      const processed = processor.process(message);
      if (isPromise(processed)) {
        this.#busy = true;
        const timer = setTimeout(this.#askPatience, this.#deps.patienceMs ?? PATIENCE_MS);
        timer.unref();
        void processed.then(
          (value) => {
            clearTimeout(timer);
            this.#settled(value);
          },
          (error: unknown) => {
            clearTimeout(timer);
            this.#broken(error);
          },
        );
        return;
      }
      this.#answer(processed);
    }
    if (this.#waiting.length === 0 && this.#waitingBytes > 0) {
      this.#waitingBytes = 0;
      if (this.#stream.isPaused()) this.#stream.resume();
    }
    if (this.#ended && this.#waiting.length === 0 && !this.#over) this.#finish();
  }

  #settled(processed: Processed): void {
    this.#busy = false;
    this.#answer(processed);
    this.#pump();
  }

  #broken(error: unknown): void {
    this.#busy = false;
    this.#deps.log.error({ err: error instanceof Error ? error.stack : String(error) }, 'a plugin chain failed');
    this.#fail(GRPC_FAILED, 'internal error');
  }

  #answer(processed: Processed): void {
    if (this.#over) return;
    if ('error' in processed) {
      this.#fail(GRPC_FAILED, processed.error);
      return;
    }
    if ('frames' in processed) {
      this.#driving = true;
      this.#waiting = [];
      this.#waitingBytes = 0;
      if (this.#stream.isPaused()) this.#stream.resume();
      void this.#drive(processed.frames).catch((error: unknown) => this.#broken(error));
      return;
    }
    if (processed.bytes === undefined) return;
    this.#out.push(processed.bytes);
    // Ending first spares both sides a reset: Envoy would otherwise break off every stream that it is done with. Only after the answer's last
    // reply: when the stream of a request whose answer nobody reads was ended early, Envoy 1.40 failed requests with 503.
    if (processed.end || this.#processor?.letsGo) {
      this.#waiting = [];
      this.#finish();
    } else if (!this.#flushPlanned) {
      // Promises that are already settled run before this, so a burst of messages leaves in one write.
      this.#flushPlanned = true;
      process.nextTick(this.#flush);
    }
  }

  async #drive(frames: AsyncIterable<Buffer | { readonly error: string }>): Promise<void> {
    for await (const frame of frames) {
      if (this.#over) return;
      if (!Buffer.isBuffer(frame)) {
        this.#fail(GRPC_FAILED, frame.error);
        return;
      }
      this.#out.push(frame);
      this.#write();
      if (this.#stream.writableNeedDrain) await this.#drained();
    }
    this.#finish();
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#stream.off('drain', done);
        this.#stream.off('close', done);
        resolve();
      };
      this.#stream.on('drain', done);
      this.#stream.on('close', done);
    });
  }

  #write(): void {
    this.#flushPlanned = false;
    const { length } = this.#out;
    if (length === 0 || this.#stream.destroyed) return;
    const bytes = length === 1 ? this.#out[0]! : Buffer.concat(this.#out);
    this.#out = [];
    this.#stream.write(bytes);
  }

  #finish(): void {
    this.#over = true;
    this.#write();
    if (!this.#stream.destroyed) this.#stream.end();
  }

  #fail(status: number, message: string): void {
    if (this.#over) return;
    this.#status = status;
    this.#statusMessage = message;
    this.#waiting = [];
    this.#finish();
  }

  #trailers(): void {
    const trailers: Record<string, string> = { 'grpc-status': String(this.#status) };
    if (this.#statusMessage !== '') trailers['grpc-message'] = encodeURIComponent(this.#statusMessage);
    this.#stream.sendTrailers(trailers);
    // Envoy may still be sending; nobody reads it any more.
    if (!this.#ended) this.#stream.close(constants.NGHTTP2_NO_ERROR);
  }

  #gone(): void {
    this.#over = true;
    this.#waiting = [];
    const processor = this.#processor;
    if (processor === undefined) return;
    this.#processor = undefined;
    if (!processor.finished) processor.facts.abort();
    processor
      .close()
      .catch((error: unknown) => this.#deps.log.error({ err: String(error) }, 'closing a plugin chain failed'));
  }
}
