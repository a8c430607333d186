/** The wire format of protocol buffers: a growing writer and a cursor over bytes, nothing else. */

const FIRST_SIZE = 4096;
/** Shorter strings are copied by hand, which is faster than a call into the runtime. */
const SHORT_STRING = 48;
const TWO_32 = 4294967296;

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Appends wire values to one buffer; `finish` hands out a copy and makes the writer ready for the next message. */
export class Writer {
  #buffer = Buffer.allocUnsafe(FIRST_SIZE);
  #view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.byteLength);
  #end = 0;

  get length(): number {
    return this.#end;
  }

  tag(field: number, wire: number): this {
    return this.uint32(((field << 3) | wire) >>> 0);
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(value: number): this {
    this.#reserve(5);
    let rest = value;
    while (rest > 127) {
      this.#buffer[this.#end++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#buffer[this.#end++] = rest;
    return this;
  }

  /** A whole number of 64 bits; negative ones take ten bytes, as protobuf has it. */
  varint(value: number | bigint): this {
    if (typeof value === 'number') {
      if (value >= 0 && value < TWO_32) return this.uint32(value);
      return this.varint(BigInt(value));
    }
    this.#reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      this.#buffer[this.#end++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#buffer[this.#end++] = Number(rest);
    return this;
  }

  fixed32(value: number): this {
    this.#reserve(4);
    this.#view.setUint32(this.#end, value >>> 0, true);
    this.#end += 4;
    return this;
  }

  fixed64(value: bigint): this {
    this.#reserve(8);
    this.#view.setBigUint64(this.#end, BigInt.asUintN(64, value), true);
    this.#end += 8;
    return this;
  }

  float(value: number): this {
    this.#reserve(4);
    this.#view.setFloat32(this.#end, value, true);
    this.#end += 4;
    return this;
  }

  double(value: number): this {
    this.#reserve(8);
    this.#view.setFloat64(this.#end, value, true);
    this.#end += 8;
    return this;
  }

  /** Length and UTF-8 bytes. */
  string(text: string): this {
    if (text.length < SHORT_STRING) {
      this.#reserve(text.length + 1);
      const start = this.#end;
      let at = start + 1;
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) return this.#longString(text);
        this.#buffer[at++] = code;
      }
      this.#buffer[start] = text.length;
      this.#end = at;
      return this;
    }
    return this.#longString(text);
  }

  #longString(text: string): this {
    const length = Buffer.byteLength(text);
    this.uint32(length);
    this.#reserve(length);
    this.#buffer.write(text, this.#end, length, 'utf8');
    this.#end += length;
    return this;
  }

  /** Length and bytes. */
  bytes(data: Uint8Array): this {
    this.uint32(data.length);
    this.#reserve(data.length);
    this.#buffer.set(data, this.#end);
    this.#end += data.length;
    return this;
  }

  /** Opens a length-delimited part; give the result to `close`. One byte is kept for the length, which is enough for most parts. */
  open(): number {
    this.#reserve(1);
    return ++this.#end;
  }

  close(start: number): this {
    const length = this.#end - start;
    if (length < 128) {
      this.#buffer[start - 1] = length;
      return this;
    }
    const more = length < 1 << 14 ? 1 : length < 1 << 21 ? 2 : length < 1 << 28 ? 3 : 4;
    this.#reserve(more);
    this.#buffer.copyWithin(start + more, start, this.#end);
    const end = this.#end + more;
    this.#end = start - 1;
    this.uint32(length);
    this.#end = end;
    return this;
  }

  /** The bytes written so far, as a copy; the writer is empty afterwards. */
  finish(): Uint8Array {
    const out = Buffer.from(this.#buffer.subarray(0, this.#end));
    this.#end = 0;
    return out;
  }

  /** True when all bytes since `start` are zero, as those of a default value are. */
  isZeroFrom(start: number): boolean {
    for (let at = start; at < this.#end; at++) if (this.#buffer[at] !== 0) return false;
    return true;
  }

  /** A copy of the bytes written since `start`. */
  copyFrom(start: number): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(start, this.#end));
  }

  /** Takes back what was written after `length`. */
  truncate(length: number): void {
    this.#end = length;
  }

  /** Throws away what was written. */
  reset(): void {
    this.#end = 0;
  }

  #reserve(size: number): void {
    const needed = this.#end + size;
    if (needed <= this.#buffer.length) return;
    const bigger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(bigger, 0, 0, this.#end);
    this.#buffer = bigger;
    this.#view = new DataView(bigger.buffer, bigger.byteOffset, bigger.byteLength);
  }
}

/** Bytes that are not a protobuf message; `offset` is where reading stopped. */
export class WireError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} at byte ${offset}`);
    this.name = 'WireError';
    this.offset = offset;
  }
}

/** A cursor over one message; `done` when all bytes are read. */
export class Reader {
  readonly #buffer: Buffer;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  get offset(): number {
    return this.#at;
  }

  /** An unsigned varint that must fit in 32 bits: tags, lengths, uint32. Higher bits are dropped, as protobuf has it. */
  uint32(): number {
    const first = this.#byte();
    if (first < 128) return first;
    let value = first & 127;
    for (let shift = 7; shift < 70; shift += 7) {
      const byte = this.#byte();
      if (shift < 32) value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
    throw new WireError('a varint of more than ten bytes', this.#at);
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new WireError('a varint of more than ten bytes', this.#at);
  }

  fixed32(): number {
    return this.#buffer.readUInt32LE(this.#take(4));
  }

  fixed64(): bigint {
    return this.#buffer.readBigUInt64LE(this.#take(8));
  }

  float(): number {
    return this.#buffer.readFloatLE(this.#take(4));
  }

  double(): number {
    return this.#buffer.readDoubleLE(this.#take(8));
  }

  string(): string {
    const length = this.uint32();
    const start = this.#take(length);
    return this.#buffer.toString('utf8', start, start + length);
  }

  /** A view, not a copy. */
  bytes(): Buffer {
    const length = this.uint32();
    const start = this.#take(length);
    return this.#buffer.subarray(start, start + length);
  }

  /** A cursor over a length-delimited part; this cursor moves behind it. */
  part(): Reader {
    const length = this.uint32();
    const start = this.#take(length);
    return new Reader(this.#buffer, start, start + length);
  }

  /** Steps over some bytes without reading them. */
  advance(size: number): void {
    this.#take(size);
  }

  skip(wire: number): void {
    if (wire === WIRE.varint) this.varint();
    else if (wire === WIRE.fixed64) this.#take(8);
    else if (wire === WIRE.bytes) this.#take(this.uint32());
    else if (wire === WIRE.fixed32) this.#take(4);
    else throw new WireError(`wire type ${wire}`, this.#at);
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new WireError('the message ends too early', this.#at);
    return this.#buffer[this.#at++] as number;
  }

  #take(size: number): number {
    const start = this.#at;
    if (start + size > this.#end) throw new WireError('the message ends too early', start);
    this.#at = start + size;
    return start;
  }
}
