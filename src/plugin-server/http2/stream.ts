/** One request on a connection: a plain object, no Node stream. Calls come in order, on the connection's turn. */
import type { OutHeader } from './hpack/encoder.ts';
import { ERROR, FRAME, LARGEST_WINDOW_BYTES } from './protocol.ts';
import type { Sender } from './sender.ts';

export interface StreamHandler {
  /** A part of the request's body, a view of a socket read. */
  data(part: Buffer): void;
  /** The request is whole. */
  end(): void;
  /** After `blocked`: everything written has gone out. */
  drained(): void;
  /** Once, last, whatever happened: both sides have ended, somebody broke it off, the connection is gone. */
  closed(): void;
}

/** What a stream needs of its connection. */
export interface StreamOwner {
  readonly sender: Sender;
  readonly streamWindowBytes: number;
  /** Bytes that a paused stream held back are taken. */
  taken(bytes: number): void;
  /** `broken`: this side has broken it off, and the peer may not know yet. */
  closed(stream: ServerStream, broken: boolean): void;
  /** The stream's handler threw. */
  failed(error: unknown): void;
}

export class ServerStream {
  readonly id: number;
  readonly #owner: StreamOwner;
  handler: StreamHandler | undefined;
  /** What the peer takes on this stream; below zero after it has made its windows smaller. */
  windowBytes: number;
  /** What the peer may still send. */
  #creditBytes: number;
  /** Taken, and not yet given back to the peer. */
  #takenBytes = 0;
  /** Come while paused. */
  #heldBytes = 0;
  #paused = false;
  #queue: Buffer[] = [];
  #trailers: readonly OutHeader[] | undefined;
  /** The peer has sent everything. */
  ended = false;
  #closed = false;

  constructor(id: number, owner: StreamOwner) {
    this.id = id;
    this.#owner = owner;
    this.windowBytes = owner.sender.firstWindowBytes;
    this.#creditBytes = owner.streamWindowBytes;
  }

  /** Nothing can be sent or received any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The peer, or the socket, does not take what was written; wait for `drained`. */
  get blocked(): boolean {
    return this.#queue.length > 0;
  }

  /** Headers of the answer; before anything else. */
  respond(headers: readonly OutHeader[]): void {
    if (this.#closed) return;
    const { sender } = this.#owner;
    sender.output.headers(this.id, sender.encoder.encode(headers), false);
    sender.plan();
  }

  /** The bytes must not change afterwards. */
  write(bytes: Buffer): void {
    if (this.#closed || this.#trailers) return;
    const { sender } = this.#owner;
    const at = this.#queue.length === 0 ? sender.data(this, bytes, 0) : 0;
    if (at === bytes.length) return;
    this.#queue.push(at === 0 ? bytes : bytes.subarray(at));
    sender.wait(this);
  }

  /** Ends the answer when everything written has gone. What the peer still sends is then of no interest to anybody. */
  end(trailers: readonly OutHeader[]): void {
    if (this.#closed || this.#trailers) return;
    if (this.#queue.length > 0) this.#trailers = trailers;
    else this.#finish(trailers);
  }

  /** Breaks it off, with a code of `ERROR`. */
  reset(code: number): void {
    if (this.#closed) return;
    const { sender } = this.#owner;
    sender.output.numberFrame(FRAME.rstStream, this.id, code);
    this.close(true);
    sender.plan();
  }

  /** Lets the peer wait: what it sends beyond its window of the stream is a violation. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    const held = this.#heldBytes;
    this.#heldBytes = 0;
    if (held > 0 && !this.#closed) {
      this.#owner.taken(held);
      this.#giveBack(held);
    }
  }

  // --- for the connection ---

  /** Counts a frame; false when the peer was not allowed to send it. */
  receives(bytes: number): boolean {
    this.#creditBytes -= bytes;
    if (this.#creditBytes < 0) return false;
    if (this.#paused) this.#heldBytes += bytes;
    else {
      this.#owner.taken(bytes);
      this.#giveBack(bytes);
    }
    return true;
  }

  /** Sends what the windows let through. */
  advance(): void {
    const { sender } = this.#owner;
    while (this.#queue.length > 0) {
      const bytes = this.#queue[0]!;
      const at = sender.data(this, bytes, 0);
      if (at < bytes.length) {
        if (at > 0) this.#queue[0] = bytes.subarray(at);
        sender.wait(this);
        return;
      }
      this.#queue.shift();
    }
    if (this.#trailers) this.#finish(this.#trailers);
    else this.tell('drained');
  }

  /** The peer takes more, or less after its settings have changed. False when the window becomes too large. */
  widen(bytes: number): boolean {
    const before = this.windowBytes;
    this.windowBytes += bytes;
    if (this.windowBytes > LARGEST_WINDOW_BYTES) return false;
    if (before <= 0 && this.windowBytes > 0 && this.#queue.length > 0) this.#owner.sender.wait(this);
    return true;
  }

  /** The peer has ended its side. */
  ends(): void {
    this.ended = true;
    this.tell('end');
  }

  /** Hands on a part of the body. What the handler throws ends this stream and no other. */
  brings(part: Buffer): void {
    try {
      this.handler?.data(part);
    } catch (error) {
      this.#fail(error);
    }
  }

  tell(what: 'end' | 'drained' | 'closed'): void {
    try {
      this.handler?.[what]();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#owner.failed(error);
    this.reset(ERROR.internal);
  }

  close(broken: boolean): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue = [];
    this.#owner.sender.forget(this);
    if (this.#heldBytes > 0) this.#owner.taken(this.#heldBytes);
    this.#heldBytes = 0;
    this.#owner.closed(this, broken);
  }

  #finish(trailers: readonly OutHeader[]): void {
    const { sender } = this.#owner;
    sender.output.headers(this.id, sender.encoder.encode(trailers), true);
    if (!this.ended) sender.output.numberFrame(FRAME.rstStream, this.id, ERROR.none);
    this.close(!this.ended);
    sender.plan();
  }

  #giveBack(bytes: number): void {
    this.#takenBytes += bytes;
    if (this.ended || this.#takenBytes * 2 < this.#owner.streamWindowBytes) return;
    this.#creditBytes += this.#takenBytes;
    const { sender } = this.#owner;
    sender.output.numberFrame(FRAME.windowUpdate, this.id, this.#takenBytes);
    this.#takenBytes = 0;
    sender.plan();
  }
}
