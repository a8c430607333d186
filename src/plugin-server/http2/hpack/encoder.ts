/**
 * Writes header blocks (RFC 7541) of the few headers that a gRPC server says: headers made once with `keptHeader` go into the dynamic table the first time
 * and are one byte from then on, others are literals. Nothing is ever pushed out of the table: what has no room any more is written as a literal.
 */
import { entryBytes, STATIC_TABLE } from './static-table.ts';

const TABLE_BYTES = 4096;

export interface OutHeader {
  /** To be remembered by the peer. */
  readonly kept: boolean;
  /** What it takes in the table. */
  readonly bytes: number;
  /** The whole of it where the static table has it. */
  readonly indexed: Buffer | undefined;
  readonly literal: Buffer;
  /** The literal that the peer puts into its table. */
  readonly inserting: Buffer;
}

/** A header that comes again and again, made once. */
export function keptHeader(name: string, value: string): OutHeader {
  return outHeader(name, value, true);
}

/** Names in lower case; values of bytes above 127 as latin1. */
export function outHeader(name: string, value: string, kept = false): OutHeader {
  const same = STATIC_TABLE.findIndex((entry) => entry.name === name && entry.value === value);
  const named = STATIC_TABLE.findIndex((entry) => entry.name === name) + 1;
  const spelled = named > 0 ? text(value) : Buffer.concat([text(name), text(value)]);
  return {
    kept: kept && same < 0,
    bytes: entryBytes(name, value),
    indexed: same < 0 ? undefined : number(0x80, 0x7f, same + 1),
    literal: Buffer.concat([number(0, 0x0f, named), spelled]),
    inserting: Buffer.concat([number(0x40, 0x3f, named), spelled]),
  };
}

export class HeaderEncoder {
  /** Newest last. */
  #table: OutHeader[] = [];
  #tableBytes = 0;
  #limitBytes = TABLE_BYTES;
  /** Must be said first in the next block. */
  #sizeUpdate: Buffer | undefined;
  readonly #made = new Map<readonly OutHeader[], Buffer>();

  /** What the peer's SETTINGS_HEADER_TABLE_SIZE says. A larger table than at first is not made use of. */
  limit(bytes: number): void {
    if (bytes >= this.#limitBytes) return;
    this.#limitBytes = bytes;
    this.#table = [];
    this.#tableBytes = 0;
    this.#made.clear();
    // Down to nothing first: then both sides know that the table is empty.
    this.#sizeUpdate = Buffer.concat([number(0x20, 0x1f, 0), number(0x20, 0x1f, bytes)]);
  }

  /** The block of these headers, to be sent before the next is made. Lists of kept headers should be constants: their blocks are remembered. */
  encode(headers: readonly OutHeader[]): Buffer {
    const made = this.#made.get(headers);
    if (made !== undefined) return made;
    const parts: Buffer[] = [];
    if (this.#sizeUpdate) parts.push(this.#sizeUpdate);
    let repeats = this.#sizeUpdate === undefined;
    this.#sizeUpdate = undefined;
    for (const header of headers) {
      const at = header.kept ? this.#table.indexOf(header) : -1;
      if (header.indexed) parts.push(header.indexed);
      else if (at >= 0) parts.push(number(0x80, 0x7f, STATIC_TABLE.length + this.#table.length - at));
      else if (header.kept && this.#tableBytes + header.bytes <= this.#limitBytes) {
        this.#table.push(header);
        this.#tableBytes += header.bytes;
        this.#made.clear();
        repeats = false;
        parts.push(header.inserting);
      } else {
        if (!header.kept) repeats = false;
        parts.push(header.literal);
      }
    }
    const block = Buffer.concat(parts);
    if (repeats) this.#made.set(headers, block);
    return block;
  }
}

function number(first: number, mask: number, value: number): Buffer {
  if (value < mask) return Buffer.from([first | value]);
  const bytes = [first | mask];
  let rest = value - mask;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([number(0, 0x7f, bytes.length), bytes]);
}
