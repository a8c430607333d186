/**
 * Reads `application/vnd.amazon.eventstream`. A frame, big endian: u32 length of all, u32 length of the headers, u32 CRC of these 8 bytes,
 * headers, payload, u32 CRC of everything before. Each frame becomes one event whose `event` is its type and whose `data` is its payload.
 */
import { crc32 } from 'node:zlib';
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import type { FrameReader } from '../provider.ts';

const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;
/** AWS allows 16 MiB of payload. */
const MAX_FRAME_BYTES = 24 * 1024 * 1024;
const STRING = 7;
/** Bytes of the header values that have one length, by type. */
const FIXED_BYTES: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];

/** Name of the events made of exceptions and broken frames; their data is `{message, type}`. */
export const EXCEPTION = 'exception';

/** Never throws: bytes that are no such stream give one exception event and end the reading. */
export function eventStreamReader(): FrameReader {
  let parts: Buffer[] = [];
  let held = 0;
  /** Bytes to have before anything can be read. */
  let needed = PRELUDE_BYTES;
  let broken = false;

  return {
    feed(part) {
      if (broken) return [];
      held += part.length;
      // Large frames come in many parts: they are joined once.
      if (held < needed) {
        parts.push(Buffer.from(part));
        return [];
      }
      const bytes =
        parts.length === 0 ? Buffer.from(part.buffer, part.byteOffset, part.length) : Buffer.concat([...parts, part]);
      const events: SseEvent[] = [];
      let at = 0;
      needed = PRELUDE_BYTES;
      while (bytes.length - at >= PRELUDE_BYTES) {
        const frame = readFrame(bytes.subarray(at));
        if (typeof frame === 'number') {
          needed = frame;
          break;
        }
        events.push(frame.event);
        if (frame.length === undefined) {
          broken = true;
          parts = [];
          return events;
        }
        at += frame.length;
      }
      // A copy: the caller's bytes may change after this call.
      parts = at < bytes.length ? [Buffer.from(bytes.subarray(at))] : [];
      held = bytes.length - at;
      return events;
    },
  };
}

/** The first frame of at least a prelude's bytes; its length when there are fewer; without `length` when it is broken. */
function readFrame(bytes: Buffer): number | { readonly event: SseEvent; readonly length: number | undefined } {
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) return brokenFrame('wrong checksum of a prelude');
  const length = bytes.readUInt32BE(0);
  const headersEnd = PRELUDE_BYTES + bytes.readUInt32BE(4);
  if (length > MAX_FRAME_BYTES || headersEnd + CRC_BYTES > length) {
    return brokenFrame(`a frame of ${length} bytes with headers up to ${headersEnd}`);
  }
  if (bytes.length < length) return length;
  const end = length - CRC_BYTES;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) return brokenFrame('wrong checksum of a frame');
  const headers = readHeaders(bytes.subarray(PRELUDE_BYTES, headersEnd));
  if (!headers) return brokenFrame('headers that cannot be read');
  return { event: eventOf(headers, bytes.toString('utf8', headersEnd, end)), length };
}

function brokenFrame(message: string): { readonly event: SseEvent; readonly length: undefined } {
  const event = exception(`the vendor's event stream is broken: ${message}`, 'api_error');
  return { event, length: undefined };
}

function eventOf(headers: ReadonlyMap<string, string>, payload: string): SseEvent {
  const kind = headers.get(':message-type');
  if (kind === 'error') {
    return exception(headers.get(':error-message') ?? '', headers.get(':error-code') ?? 'api_error');
  }
  if (kind === 'exception') return exception(messageOf(payload), headers.get(':exception-type') ?? 'api_error');
  const event = headers.get(':event-type');
  return event === undefined ? { data: payload } : { event, data: payload };
}

function messageOf(payload: string): string {
  try {
    const { message, Message } = JSON.parse(payload) as { message?: unknown; Message?: unknown };
    return String(message ?? Message ?? payload);
  } catch {
    return payload;
  }
}

function exception(message: string, type: string): SseEvent {
  return { event: EXCEPTION, data: JSON.stringify({ message, type }) };
}

/** Headers that are strings; others are skipped. Undefined: the bytes are no headers. */
function readHeaders(bytes: Buffer): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    if (nameEnd >= bytes.length) return undefined;
    const name = bytes.toString('utf8', at + 1, nameEnd);
    const type = bytes[nameEnd] ?? 0;
    if (type >= FIXED_BYTES.length) return undefined;
    let valueAt = nameEnd + 1;
    let length = FIXED_BYTES[type];
    if (length === undefined) {
      if (valueAt + 2 > bytes.length) return undefined;
      length = bytes.readUInt16BE(valueAt);
      valueAt += 2;
    }
    at = valueAt + length;
    if (at > bytes.length) return undefined;
    if (type === STRING) headers.set(name, bytes.toString('utf8', valueAt, at));
  }
  return headers;
}
