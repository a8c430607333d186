/** Flow control of what a connection sends: streams whose data does not fit wait here, and take turns. */
import type { Duplex } from 'node:stream';
import { HeaderEncoder } from './hpack/encoder.ts';
import { Output } from './output.ts';
import { ConnectionError, ERROR, FIRST_WINDOW_BYTES, FRAME_SIZE, LARGEST_WINDOW_BYTES } from './protocol.ts';
import type { ServerStream } from './stream.ts';

export class Sender {
  readonly output: Output;
  readonly encoder = new HeaderEncoder();
  /** What the peer takes on the connection. */
  #windowBytes = FIRST_WINDOW_BYTES;
  /** What the peer takes on a new stream. */
  firstWindowBytes = FIRST_WINDOW_BYTES;
  readonly #waiting = new Set<ServerStream>();
  /** Asks for a `flush` at the end of the turn; call it after something was put into `output`. */
  readonly plan: () => void;

  constructor(socket: Duplex, plan: () => void) {
    this.plan = plan;
    this.output = new Output(socket, plan);
  }

  /** Puts out bytes from `from` on, as many as may go now; returns where the rest begins. */
  data(stream: ServerStream, bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && !this.output.full) {
      const size = Math.min(bytes.length - at, FRAME_SIZE, this.#windowBytes, stream.windowBytes);
      if (size <= 0) break;
      this.output.data(stream.id, bytes, at, at + size);
      this.#windowBytes -= size;
      stream.windowBytes -= size;
      at += size;
    }
    if (at > from) this.plan();
    return at;
  }

  /** The stream has data that could not go. */
  wait(stream: ServerStream): void {
    if (stream.windowBytes > 0) this.#waiting.add(stream);
  }

  forget(stream: ServerStream): void {
    this.#waiting.delete(stream);
  }

  /** The peer takes more on the connection. */
  widen(bytes: number): void {
    this.#windowBytes += bytes;
    if (this.#windowBytes > LARGEST_WINDOW_BYTES) {
      throw new ConnectionError(ERROR.flowControl, 'the window of the connection is too large');
    }
    this.resume();
  }

  /** Lets streams that wait send what goes; each goes to the end of the row. */
  resume(): void {
    for (const stream of [...this.#waiting]) {
      if (this.output.full || this.#windowBytes <= 0) return;
      this.#waiting.delete(stream);
      stream.advance();
    }
  }

  /** Writes; then streams that waited for room go on, with a write of their own. */
  flush(): void {
    this.output.flush();
    if (this.#waiting.size > 0) this.resume();
  }
}
