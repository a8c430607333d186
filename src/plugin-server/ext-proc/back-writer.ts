/** Writes protobuf from the last byte to the first: a nested message's length is known when its header is written, so nothing is measured twice. */
const START_BYTES = 16 * 1024;
/** Larger buffers are not kept for the next message. */
const KEEP_BYTES = 1024 * 1024;
const SHORT_TEXT = 64;
/** Fetched once: V8 keeps text in too many forms to know beforehand where a text has its methods. */
const codeAt = String.prototype.charCodeAt;

export class BackWriter {
  #buffer = Buffer.allocUnsafeSlow(START_BYTES);
  /** The first byte written so far. */
  #at = START_BYTES;

  /** Bytes written so far; pass it to `close` to end a nested message. */
  get length(): number {
    return this.#buffer.length - this.#at;
  }

  varint(value: number): void {
    this.#room(10);
    if (value < 128) {
      this.#buffer[--this.#at] = value;
      return;
    }
    let size = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
    this.#at -= size;
    let at = this.#at;
    let rest = value;
    while (rest >= 128) {
      this.#buffer[at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[at] = rest;
  }

  /** A varint field. */
  number(field: number, value: number): void {
    this.varint(value);
    this.varint(field * 8);
  }

  double(field: number, value: number): void {
    this.#room(8);
    this.#at -= 8;
    this.#buffer.writeDoubleLE(value, this.#at);
    this.varint(field * 8 + 1);
  }

  text(field: number, value: string): void {
    if (this.#shortText(field, value)) return;
    const size = Buffer.byteLength(value);
    this.#room(size);
    this.#at -= size;
    this.#buffer.write(value, this.#at, size, 'utf8');
    this.varint(size);
    this.varint(field * 8 + 2);
  }

  /** Short ASCII text, such as names of headers: written here in less time than it takes to ask for its length. False: nothing is written. */
  #shortText(field: number, value: string): boolean {
    const size = value.length;
    if (size > SHORT_TEXT) return false;
    this.#room(size);
    const start = this.#at - size;
    for (let i = 0; i < size; i++) {
      const code = codeAt.call(value, i);
      if (code >= 128) return false;
      this.#buffer[start + i] = code;
    }
    this.#at = start;
    this.varint(size);
    this.varint(field * 8 + 2);
    return true;
  }

  bytes(field: number, value: Uint8Array): void {
    this.#room(value.length);
    this.#at -= value.length;
    this.#buffer.set(value, this.#at);
    this.varint(value.length);
    this.varint(field * 8 + 2);
  }

  /** Ends the nested message that began when `length` was `mark`. */
  close(field: number, mark: number): void {
    this.varint(this.length - mark);
    this.varint(field * 8 + 2);
  }

  /** Everything written as one gRPC message, uncompressed, and a clean writer for the next. */
  takeFrame(): Buffer {
    const size = this.length;
    this.#room(5);
    this.#at -= 5;
    this.#buffer[this.#at] = 0;
    this.#buffer.writeUInt32BE(size, this.#at + 1);
    if (this.#buffer.length > KEEP_BYTES) {
      const written = this.#buffer.subarray(this.#at);
      this.#buffer = Buffer.allocUnsafeSlow(START_BYTES);
      this.#at = START_BYTES;
      return written;
    }
    const copy = Buffer.allocUnsafe(this.length);
    this.#buffer.copy(copy, 0, this.#at);
    this.#at = this.#buffer.length;
    return copy;
  }

  #room(size: number): void {
    if (this.#at >= size) return;
    const used = this.length;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, used + size + 1024));
    this.#buffer.copy(grown, grown.length - used, this.#at);
    this.#at = grown.length - used;
    this.#buffer = grown;
  }
}
