/**
 * Reads `envoy.service.ext_proc.v3.ProcessingRequest` from its bytes: only what the plugin server uses, the rest is skipped.
 * Field numbers are those of Envoy 1.40; protobuf never reuses them.
 */
import { isAscii } from 'node:buffer';
import type { FlatHeaders } from '#plugin-sdk/engine/header-table.ts';

export type MessageKind =
  | 'requestHeaders'
  | 'requestBody'
  | 'requestTrailers'
  | 'responseHeaders'
  | 'responseBody'
  | 'responseTrailers'
  | 'other';

/** `envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode` */
export const BODY_MODE = { none: 0, stream: 1, buffered: 2, duplex: 4 } as const;

export interface Incoming {
  readonly kind: MessageKind;
  /** Bytes of the HeaderMap (headers kinds) or of the body (body kinds). */
  readonly bytes: Buffer;
  readonly endOfStream: boolean;
  /** Body modes that Envoy has for this request; only in the first message. */
  readonly modes: { readonly requestBody: number; readonly responseBody: number } | undefined;
}

const KINDS: readonly (MessageKind | undefined)[] = [
  undefined,
  undefined,
  'requestHeaders',
  'responseHeaders',
  'requestBody',
  'responseBody',
  'requestTrailers',
  'responseTrailers',
];

const EMPTY: Buffer = Buffer.alloc(0);

/** A message that is no protobuf. */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WireError';
  }
}

/** A cursor over protobuf bytes. */
class Cursor {
  readonly buffer: Buffer;
  at: number;
  end: number;

  constructor(buffer: Buffer, at = 0, end = buffer.length) {
    this.buffer = buffer;
    this.at = at;
    this.end = end;
  }

  /** Unsigned; exact up to 2^53. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (this.at >= this.end) throw new WireError('a number is cut short');
      const byte = this.buffer[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new WireError('a number has more than ten bytes');
  }

  /** Start of a length-delimited value; `at` stands behind it afterwards. */
  span(): number {
    const length = this.varint();
    const start = this.at;
    if (length > this.end - start) throw new WireError('a field is longer than its message');
    this.at = start + length;
    return start;
  }

  /** Over a length-delimited value. */
  inner(): Cursor {
    const start = this.span();
    return new Cursor(this.buffer, start, this.at);
  }

  bytes(): Buffer {
    const start = this.span();
    return start === this.at ? EMPTY : this.buffer.subarray(start, this.at);
  }

  /** `ascii`: the whole buffer as text, when it is that. */
  text(ascii?: string): string {
    const start = this.span();
    if (start === this.at) return '';
    return ascii?.substring(start, this.at) ?? this.buffer.toString('utf8', start, this.at);
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 2) this.span();
    else if (wireType === 1 || wireType === 5) this.at += wireType === 1 ? 8 : 4;
    else throw new WireError(`unknown wire type ${wireType}`);
    if (this.at > this.end) throw new WireError('a field is longer than its message');
  }
}

export function readMessage(buffer: Buffer, start = 0, end = buffer.length): Incoming {
  const cursor = new Cursor(buffer, start, end);
  let kind: MessageKind = 'other';
  let bytes = EMPTY;
  let endOfStream = false;
  let modes: Incoming['modes'];
  while (cursor.at < cursor.end) {
    const tag = cursor.varint();
    const field = tag >>> 3;
    if ((tag & 7) !== 2) {
      cursor.skip(tag & 7);
      continue;
    }
    if (field >= 2 && field <= 7) {
      kind = KINDS[field]!;
      const inner = cursor.inner();
      bytes = EMPTY;
      endOfStream = false;
      // HttpHeaders: headers=1, end_of_stream=3. HttpBody: body=1, end_of_stream=2. HttpTrailers: trailers=1.
      const endField = field <= 3 ? 3 : 2;
      while (inner.at < inner.end) {
        const innerTag = inner.varint();
        if (innerTag === 10) bytes = inner.bytes();
        else if (innerTag === endField << 3) endOfStream = inner.varint() !== 0;
        else inner.skip(innerTag & 7);
      }
    } else if (field === 11) {
      modes = readModes(cursor.inner());
    } else {
      cursor.span();
    }
  }
  return { kind, bytes, endOfStream, modes };
}

function readModes(cursor: Cursor): Incoming['modes'] {
  let requestBody = 0;
  let responseBody = 0;
  while (cursor.at < cursor.end) {
    const tag = cursor.varint();
    if (tag === 8) requestBody = cursor.varint();
    else if (tag === 16) responseBody = cursor.varint();
    else cursor.skip(tag & 7);
  }
  return { requestBody, responseBody };
}

/** HeaderMap to names and values. Envoy sends names in lower case and values as `raw_value`. */
export function readHeaders(bytes: Buffer): FlatHeaders {
  const flat: FlatHeaders = [];
  // One string for all, of which names and values are parts: much cheaper than a string made of bytes for each.
  const ascii = isAscii(bytes) ? bytes.toString('latin1') : undefined;
  const cursor = new Cursor(bytes);
  const { length } = bytes;
  while (cursor.at < length) {
    cursor.end = length;
    const tag = cursor.varint();
    if (tag !== 10) {
      cursor.skip(tag & 7);
      continue;
    }
    const start = cursor.span();
    cursor.end = cursor.at;
    cursor.at = start;
    let key = '';
    let value = '';
    while (cursor.at < cursor.end) {
      const headerTag = cursor.varint();
      if (headerTag === 10) key = cursor.text(ascii);
      else if (headerTag === 18 || headerTag === 26) value = cursor.text(ascii) || value;
      else cursor.skip(headerTag & 7);
    }
    flat.push(key, value);
  }
  return flat;
}
