/** An exchange as a gRPC stream of its own: what Envoy's ext_proc filter makes. */
import { keptHeader, outHeader } from '../http2/hpack/encoder.ts';
import type { ServerStream } from '../http2/stream.ts';
import type { Transport } from './stream.ts';

const RESPONSE_HEADERS = [keptHeader(':status', '200'), keptHeader('content-type', 'application/grpc')] as const;
const GOOD_TRAILERS = [keptHeader('grpc-status', '0')] as const;

export class GrpcTransport implements Transport {
  readonly #stream: ServerStream;
  #responded = false;

  constructor(stream: ServerStream) {
    this.#stream = stream;
  }

  get blocked(): boolean {
    return this.#stream.blocked;
  }

  write(message: Buffer): void {
    this.#respond();
    this.#stream.write(message);
  }

  finish(): void {
    this.#respond();
    this.#stream.end(GOOD_TRAILERS);
  }

  fail(status: number, message: string): void {
    this.#respond();
    this.#stream.end([
      outHeader('grpc-status', String(status)),
      outHeader('grpc-message', encodeURIComponent(message)),
    ]);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** With the first message, so that both leave together. */
  #respond(): void {
    if (this.#responded) return;
    this.#responded = true;
    this.#stream.respond(RESPONSE_HEADERS);
  }
}
