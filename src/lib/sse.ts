/** Server-Sent Events: an incremental parser of bytes and the writer that goes with it (WHATWG HTML, section 9.2). */
import { StringDecoder } from 'node:string_decoder';

/** One Server-Sent Event. Fields that were absent are undefined; `data` has its lines joined by `\n`. */
export interface SseEvent {
  readonly event?: string | undefined;
  readonly data?: string | undefined;
  readonly id?: string | undefined;
  readonly retry?: string | undefined;
  /** A comment line (`: keep-alive`) stands alone in its own part. */
  readonly comment?: string | undefined;
}

/** Media type, with or without parameters, of an event stream. */
export function isEventStream(contentType: string | undefined): boolean {
  return contentType !== undefined && /^\s*text\/event-stream\s*(;|$)/i.test(contentType);
}

interface Draft {
  event?: string;
  data?: string;
  id?: string;
  retry?: string;
}

/**
 * Takes bytes cut anywhere: inside a UTF-8 sequence, a line, or between CR and LF. Unlike a browser it keeps events without data (a proxy must
 * pass an `id` or `retry` on its own) and comments, each comment as an event of its own, in order. Unknown fields are dropped.
 */
export class SseParser {
  readonly #decoder = new StringDecoder('utf8');
  /** Bytes of a line whose end has not come. */
  #line = '';
  #draft: Draft | undefined;
  #afterCr = false;
  #started = false;
  /** The decoder may hold a part of a character; this tells whether it does. */
  #cutCharacter = false;

  /** True between events: everything fed so far has been returned. */
  get atBoundary(): boolean {
    return this.#line === '' && this.#draft === undefined && !this.#cutCharacter;
  }

  /** The last byte was a CR: when an LF follows, it belongs to the line end that has been seen. */
  get afterCr(): boolean {
    return this.#afterCr;
  }

  /** The events that these bytes complete. */
  feed(bytes: Uint8Array): SseEvent[] {
    const events: SseEvent[] = [];
    if (bytes.length === 0) return events;
    const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const text = this.#decoder.write(buffer);
    this.#cutCharacter =
      buffer[buffer.length - 1]! >= 0x80 && (this.#decoder as unknown as { lastNeed: number }).lastNeed > 0;
    this.#text(text, events);
    return events;
  }

  /** Call once, when the stream is over: the event that was not terminated, if there is one. */
  end(): SseEvent[] {
    const events: SseEvent[] = [];
    this.#text(this.#decoder.end(), events);
    this.#cutCharacter = false;
    if (this.#line !== '') {
      const line = this.#line;
      this.#line = '';
      this.#endLine(line, events);
    }
    this.#endLine('', events);
    return events;
  }

  #text(text: string, events: SseEvent[]): void {
    if (text === '') return;
    let start = 0;
    if (!this.#started) {
      this.#started = true;
      if (text.charCodeAt(0) === 0xfeff) start = 1;
    }
    if (this.#afterCr) {
      this.#afterCr = false;
      if (text.charCodeAt(start) === 0x0a) start++;
    }
    const hasCr = text.includes('\r', start);
    for (;;) {
      const end = hasCr ? lineEnd(text, start) : text.indexOf('\n', start);
      if (end < 0) break;
      const line = start === end ? this.#line : this.#line + text.slice(start, end);
      this.#line = '';
      start = end + 1;
      if (text.charCodeAt(end) === 0x0d) {
        if (start === text.length) this.#afterCr = true;
        else if (text.charCodeAt(start) === 0x0a) start++;
      }
      this.#endLine(line, events);
    }
    if (start < text.length) this.#line += start === 0 ? text : text.slice(start);
  }

  #endLine(line: string, events: SseEvent[]): void {
    if (line === '') {
      if (this.#draft !== undefined) events.push(this.#draft);
      this.#draft = undefined;
      return;
    }
    const colon = line.indexOf(':');
    const value = colon < 0 ? '' : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
    if (colon === 0) {
      events.push({ comment: value });
      return;
    }
    const field = colon < 0 ? line : line.slice(0, colon);
    if (field === 'data') {
      this.#draft ??= {};
      this.#draft.data = this.#draft.data === undefined ? value : `${this.#draft.data}\n${value}`;
    } else if (field === 'event' || field === 'retry' || (field === 'id' && !value.includes('\0'))) {
      this.#draft ??= {};
      this.#draft[field] = value;
    }
  }
}

function lineEnd(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x0a || code === 0x0d) return i;
  }
  return -1;
}

/** The event as text, ended by its blank line. Line breaks inside `event`, `id` and `retry` cannot be written and become spaces. */
export function writeSse(event: SseEvent): string {
  let text = '';
  if (event.comment !== undefined) text += lines(': ', event.comment);
  if (event.event !== undefined) text += `event: ${oneLine(event.event)}\n`;
  if (event.id !== undefined) text += `id: ${oneLine(event.id)}\n`;
  if (event.retry !== undefined) text += `retry: ${oneLine(event.retry)}\n`;
  if (event.data !== undefined) text += lines('data: ', event.data);
  return `${text}\n`;
}

const BREAK = /\r\n|\r|\n/;

function lines(prefix: string, value: string): string {
  if (!value.includes('\n') && !value.includes('\r')) return `${prefix}${value}\n`;
  return value
    .split(BREAK)
    .map((line) => `${prefix}${line}\n`)
    .join('');
}

function oneLine(value: string): string {
  return BREAK.test(value) ? value.split(BREAK).join(' ') : value;
}

/** All events of a complete body. */
export function parseSse(body: Uint8Array | string): SseEvent[] {
  const parser = new SseParser();
  const events = parser.feed(typeof body === 'string' ? Buffer.from(body) : body);
  events.push(...parser.end());
  return events;
}
