/** One exchange with Envoy: messages in order, one at a time, back-pressure both ways. What carries it is a gRPC stream or the hop's connection. */
import { isPromise, type MaybePromise, mended } from '#lib/maybe-promise.ts';
import type { Chain } from '#plugin-sdk/engine/chain.ts';
import type { Copies } from '#plugin-sdk/engine/outcome.ts';
import type { HostServices, PluginLog } from '#plugin-sdk/host.ts';
import type { StreamHandler } from '../http2/stream.ts';
import type { StreamMetadata } from './facts.ts';
import { FrameReader } from './frames.ts';
import { type Processed, Processor } from './processor.ts';
import { type Incoming, readMessage } from './read.ts';
import { Wait, type Waits } from './waits.ts';
import { writePatience } from './write.ts';

/** gRPC statuses. */
const FAILED = 13;
const NO_CHAIN = 5;
/** Messages that wait for their turn; above this the stream is paused, and HTTP/2 flow control holds Envoy back. */
const WAITING_LIMIT_BYTES = 1024 * 1024;

/** The way back to Envoy. */
export interface Transport {
  /** Envoy does not take what was written; the handler's `drained` tells when it has. */
  readonly blocked: boolean;
  /** A ProcessingResponse as a gRPC message; the bytes must not change afterwards. */
  write(message: Buffer): void;
  /** What need not be brought behind the message that is written next; absent where everything is. */
  copies?(copies: Copies): void;
  /** Nothing more is to be said. */
  finish(): void;
  /** `status`: of gRPC. */
  fail(status: number, message: string): void;
  /** Holds Envoy back, and lets it go on. */
  pause(): void;
  resume(): void;
}

export interface StreamDeps {
  readonly hostOf: (plugin: string) => HostServices;
  readonly log: PluginLog;
  /** How long a hook may take before Envoy is asked to wait on; below the filter's `message_timeout`. */
  readonly patience: Waits;
}

/** The filter's `max_message_timeout`; Envoy does not hear of more. */
const MAX_WAIT_SECONDS = 3_600;

export class ProcessingStream implements StreamHandler {
  readonly #transport: Transport;
  readonly #metadata: StreamMetadata;
  readonly #deps: StreamDeps;
  readonly #onClosed: () => void;
  /** Only what comes as a gRPC stream has to be cut into messages. */
  #frames: FrameReader | undefined;
  #processor: Processor | undefined;
  #waiting: Incoming[] = [];
  #waitingBytes = 0;
  #busy = false;
  /** The plugin server writes an answer of its own; what Envoy still sends does not count. */
  #driving = false;
  /** Envoy has sent its last message. */
  #ended = false;
  /** Nothing more is to be read or written. */
  #over = false;
  /** Whoever waits for the stream to take more. */
  #onDrained: (() => void) | undefined;
  readonly #take = (message: Buffer): void => this.#message(message, 0, message.length);
  readonly #wait = new Wait(() => {
    if (!this.#over) this.#write(writePatience(MAX_WAIT_SECONDS));
  });

  /** `onClosed`: once, when the stream is gone. */
  constructor(transport: Transport, metadata: StreamMetadata, deps: StreamDeps, onClosed: () => void) {
    this.#transport = transport;
    this.#metadata = metadata;
    this.#deps = deps;
    this.#onClosed = onClosed;
  }

  /** From now on messages are answered. */
  start(chain: Chain): void {
    if (this.#over) return;
    this.#processor = new Processor(chain, this.#metadata, this.#deps.hostOf);
    this.#pump();
  }

  /** There is no such chain. Envoy then follows the route's fail strategy. */
  refuse(reason: string): void {
    this.#fail(NO_CHAIN, reason);
  }

  data(chunk: Buffer): void {
    if (this.#over) return;
    try {
      this.#frames ??= new FrameReader();
      this.#frames.feed(chunk, this.#take);
    } catch (error) {
      this.#fail(FAILED, error instanceof Error ? error.message : String(error));
      return;
    }
    this.#pump();
  }

  /** One message, without gRPC's prefix: the bytes from `start` up to `end`. */
  receive(bytes: Buffer, start: number, end: number): void {
    if (this.#over) return;
    this.#message(bytes, start, end);
    this.#pump();
  }

  /** As `Processor.copied`. */
  copied(event: Buffer): void {
    if (!this.#over && !this.#busy) this.#processor?.copied(event);
  }

  end(): void {
    this.#ended = true;
    this.#pump();
  }

  drained(): void {
    const resume = this.#onDrained;
    this.#onDrained = undefined;
    resume?.();
  }

  #message(bytes: Buffer, start: number, end: number): void {
    if (this.#driving) return;
    this.#waiting.push(readMessage(bytes, start, end));
    this.#waitingBytes += end - start;
    if (this.#waitingBytes > WAITING_LIMIT_BYTES) this.#transport.pause();
  }

  #pump(): void {
    const processor = this.#processor;
    if (this.#busy || this.#driving || processor === undefined) return;
    while (this.#waiting.length > 0 && !this.#over) {
      if (this.#transport.blocked) {
        this.#busy = true;
        this.#onDrained = () => {
          this.#busy = false;
          this.#pump();
        };
        return;
      }
      const message = this.#waiting.shift()!;
      let processed: MaybePromise<Processed>;
      try {
        processed = processor.process(message);
      } catch (error) {
        this.#broken(error);
        return;
      }
      if (isPromise(processed)) {
        this.#busy = true;
        this.#deps.patience.begin(this.#wait);
        processed.then(this.#settled, this.#broken);
        return;
      }
      this.#answer(processed);
    }
    if (this.#waiting.length === 0 && this.#waitingBytes > 0) {
      this.#waitingBytes = 0;
      this.#transport.resume();
    }
    if (this.#ended && this.#waiting.length === 0 && !this.#over) this.#finish();
  }

  readonly #settled = (processed: Processed): void => {
    this.#deps.patience.end(this.#wait);
    this.#busy = false;
    this.#answer(processed);
    this.#pump();
  };

  readonly #broken = (error: unknown): void => {
    this.#deps.patience.end(this.#wait);
    this.#busy = false;
    this.#deps.log.error({ err: error instanceof Error ? error.stack : String(error) }, 'a plugin chain failed');
    this.#fail(FAILED, 'internal error');
  };

  #answer(processed: Processed): void {
    if (this.#over) return;
    if ('error' in processed) {
      this.#fail(FAILED, processed.error);
      return;
    }
    if ('frames' in processed) {
      this.#driving = true;
      this.#waiting = [];
      this.#waitingBytes = 0;
      this.#transport.resume();
      void this.#drive(processed.frames).catch(this.#broken);
      return;
    }
    if (processed.bytes === undefined) return;
    if (processed.copies) this.#transport.copies?.(processed.copies);
    this.#write(processed.bytes);
    // Ending first spares both sides a reset: Envoy would otherwise break off every stream that it is done with. Only after the answer's last
    // reply: when the stream of a request whose answer nobody reads was ended early, Envoy 1.40 failed requests with 503.
    if (processed.end || this.#processor?.letsGo) {
      this.#waiting = [];
      this.#finish();
    }
  }

  async #drive(frames: AsyncIterable<Buffer | { readonly error: string }>): Promise<void> {
    for await (const frame of frames) {
      if (this.#over) return;
      if (!Buffer.isBuffer(frame)) {
        this.#fail(FAILED, frame.error);
        return;
      }
      this.#write(frame);
      if (this.#transport.blocked) {
        await new Promise<void>((resolve) => {
          this.#onDrained = resolve;
        });
      }
    }
    this.#finish();
  }

  #write(bytes: Buffer): void {
    this.#transport.write(bytes);
  }

  #finish(): void {
    this.#over = true;
    this.#transport.finish();
  }

  #fail(status: number, message: string): void {
    if (this.#over) return;
    this.#waiting = [];
    this.#over = true;
    this.#transport.fail(status, message);
  }

  closed(): void {
    this.#over = true;
    this.#onClosed();
    this.drained();
    this.#waiting = [];
    const processor = this.#processor;
    if (processor === undefined) return;
    this.#processor = undefined;
    if (!processor.finished) processor.facts.abort();
    void mended<unknown>(
      () => processor.close(),
      (error) => this.#deps.log.error({ err: String(error) }, 'closing a plugin chain failed'),
    );
  }
}
