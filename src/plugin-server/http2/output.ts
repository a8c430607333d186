/** What goes out on a connection: frames gathered in one buffer, which leaves in one write per turn of the event loop. */
import type { Duplex } from 'node:stream';
import { FLAG, FRAME, FRAME_HEADER_BYTES, FRAME_SIZE } from './protocol.ts';

const START_BYTES = 64 * 1024;
/** Streams put no more data here while this much waits. */
const FULL_BYTES = 256 * 1024;
/** A larger buffer is not kept. */
const KEEP_BYTES = 2 * FULL_BYTES;
const NOTHING = Buffer.alloc(0);

export class Output {
  readonly #socket: Duplex;
  readonly #onWritten: () => void;
  #buffer = Buffer.allocUnsafeSlow(START_BYTES);
  #at = 0;
  /** The DATA frame that was written last, while nothing stands behind it: more data of its stream lengthens it. */
  #lastDataAt = -1;
  #lastDataStream = 0;
  /** The socket has not passed on the last write. */
  #held = false;

  /** `onWritten`: called when the socket takes data again after `full`. */
  constructor(socket: Duplex, onWritten: () => void) {
    this.#socket = socket;
    this.#onWritten = onWritten;
  }

  /** Bytes that wait for the next write. */
  get waitingBytes(): number {
    return this.#at;
  }

  /** Data should wait with its stream. */
  get full(): boolean {
    return this.#held || this.#at >= FULL_BYTES;
  }

  frame(type: number, flags: number, stream: number, payload: Buffer): void {
    this.#header(type, flags, stream, payload.length);
    payload.copy(this.#buffer, this.#at);
    this.#at += payload.length;
  }

  /** A frame whose payload is one number of 32 bits. */
  numberFrame(type: number, stream: number, value: number): void {
    this.#header(type, 0, stream, 4);
    this.#buffer.writeUInt32BE(value, this.#at);
    this.#at += 4;
  }

  /** Bytes `from` to `to`, at most 16,384 of them. */
  data(stream: number, bytes: Buffer, from: number, to: number): void {
    const size = to - from;
    const last = this.#lastDataAt;
    if (last >= 0 && this.#lastDataStream === stream) {
      const length = this.#at - last - FRAME_HEADER_BYTES + size;
      if (length <= FRAME_SIZE) {
        this.#room(size);
        bytes.copy(this.#buffer, this.#at, from, to);
        this.#at += size;
        this.#buffer.writeUIntBE(length, last, 3);
        return;
      }
    }
    const at = this.#at;
    this.#header(FRAME.data, 0, stream, size);
    bytes.copy(this.#buffer, this.#at, from, to);
    this.#at += size;
    this.#lastDataAt = at;
    this.#lastDataStream = stream;
  }

  /** A header block in as many frames as it needs. */
  headers(stream: number, block: Buffer, endStream: boolean): void {
    const end = endStream ? FLAG.endStream : 0;
    if (block.length <= FRAME_SIZE) {
      this.frame(FRAME.headers, end | FLAG.endHeaders, stream, block);
      return;
    }
    for (let at = 0; at < block.length; at += FRAME_SIZE) {
      const flags = at + FRAME_SIZE >= block.length ? FLAG.endHeaders : 0;
      const type = at === 0 ? FRAME.headers : FRAME.continuation;
      this.frame(type, at === 0 ? end | flags : flags, stream, block.subarray(at, at + FRAME_SIZE));
    }
  }

  /** Writes what has gathered, unless the socket still has the last write to pass on. */
  flush(): void {
    if (this.#at === 0 || this.#held || this.#socket.destroyed || this.#socket.writableEnded) return;
    const bytes = this.#buffer.subarray(0, this.#at);
    this.#at = 0;
    this.#lastDataAt = -1;
    // Without a callback: that would cost a tick of its own for each write, though most are passed on at once.
    this.#socket.write(bytes);
    this.#held = this.#socket.writableLength > 0;
    // Nobody has the bytes any more when the socket has passed them on.
    if (this.#held || this.#buffer.length > KEEP_BYTES) this.#buffer = Buffer.allocUnsafeSlow(START_BYTES);
    if (this.#held) this.#socket.write(NOTHING, this.#written);
  }

  /** The write before has been passed on. */
  readonly #written = (): void => {
    this.#held = false;
    this.#onWritten();
  };

  #header(type: number, flags: number, stream: number, length: number): void {
    this.#room(FRAME_HEADER_BYTES + length);
    this.#lastDataAt = -1;
    const buffer = this.#buffer;
    const at = this.#at;
    buffer[at] = length >>> 16;
    buffer[at + 1] = length >>> 8;
    buffer[at + 2] = length;
    buffer[at + 3] = type;
    buffer[at + 4] = flags;
    buffer.writeUInt32BE(stream, at + 5);
    this.#at = at + FRAME_HEADER_BYTES;
  }

  #room(size: number): void {
    const needed = this.#at + size;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }
}
