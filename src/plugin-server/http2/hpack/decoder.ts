/**
 * Reads header blocks (RFC 7541). What is made of a block is kept as long as the dynamic table stands: Envoy's requests to the plugin server mostly are
 * the same few bytes, each an index, and then the block is one look-up.
 */
import { ConnectionError, ERROR } from '../protocol.ts';
import { readHuffman } from './huffman.ts';
import { entryBytes, STATIC_TABLE, type TableEntry } from './static-table.ts';

/** The dynamic table's limit, SETTINGS_HEADER_TABLE_SIZE: what holds when nothing is said. */
const TABLE_BYTES = 4096;
const KEPT_BLOCKS = 64;
/** Longer blocks hold literals, which seldom come again. */
const KEPT_BLOCK_BYTES = 256;
const LARGEST_NUMBER = 2 ** 28;

/** Names and values by turns; undefined when the list is larger than its limit. */
export type HeaderList = readonly string[] | undefined;

export class HeaderDecoder<T> {
  readonly #make: (headers: HeaderList) => T;
  readonly #listBytes: number;
  /** Oldest first. */
  #table: TableEntry[] = [];
  #tableBytes = 0;
  #limitBytes = TABLE_BYTES;
  readonly #kept = new Map<string, T>();
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  /** `make` must say the same of the same list. `listBytes`: as RFC 9113 counts header lists. */
  constructor(make: (headers: HeaderList) => T, listBytes: number) {
    this.#make = make;
    this.#listBytes = listBytes;
  }

  /** @throws ConnectionError (compression): the table is of no use any more */
  decode(block: Buffer): T {
    const key = block.length <= KEPT_BLOCK_BYTES ? block.toString('latin1') : undefined;
    if (key !== undefined) {
      const kept = this.#kept.get(key);
      if (kept !== undefined) return kept;
    }
    const { changed, list } = this.#read(block);
    const made = this.#make(list);
    if (changed) this.#kept.clear();
    else if (key !== undefined) {
      if (this.#kept.size >= KEPT_BLOCKS) this.#kept.clear();
      this.#kept.set(key, made);
    }
    return made;
  }

  #read(block: Buffer): { readonly changed: boolean; readonly list: HeaderList } {
    this.#block = block;
    this.#at = 0;
    const list: string[] = [];
    let listBytes = 0;
    let changed = false;
    while (this.#at < block.length) {
      const first = block[this.#at]!;
      let name: string;
      let value: string;
      if (first >= 0x80) {
        ({ name, value } = this.#entry(this.#number(0x7f)));
      } else if (first >= 0x20 && first < 0x40) {
        if (list.length > 0) throw broken('the table size changes within a header block');
        this.#resize(this.#number(0x1f));
        changed = true;
        continue;
      } else {
        const index = this.#number(first >= 0x40 ? 0x3f : 0x0f);
        name = index === 0 ? this.#string() : this.#entry(index).name;
        value = this.#string();
        if (first >= 0x40) {
          this.#insert({ name, value });
          changed = true;
        }
      }
      listBytes += entryBytes(name, value);
      if (listBytes <= this.#listBytes) list.push(name, value);
    }
    return { changed, list: listBytes <= this.#listBytes ? list : undefined };
  }

  #entry(index: number): TableEntry {
    const found =
      index <= STATIC_TABLE.length
        ? STATIC_TABLE[index - 1]
        : this.#table[this.#table.length - (index - STATIC_TABLE.length)];
    if (found === undefined) throw broken(`there is no table entry ${index}`);
    return found;
  }

  #insert(entry: TableEntry): void {
    this.#tableBytes += entryBytes(entry.name, entry.value);
    this.#table.push(entry);
    this.#evict();
  }

  #resize(limitBytes: number): void {
    if (limitBytes > TABLE_BYTES) throw broken(`a table of ${limitBytes} bytes is larger than allowed`);
    this.#limitBytes = limitBytes;
    this.#evict();
  }

  #evict(): void {
    let gone = 0;
    while (this.#tableBytes > this.#limitBytes) {
      const { name, value } = this.#table[gone++]!;
      this.#tableBytes -= entryBytes(name, value);
    }
    if (gone > 0) this.#table.splice(0, gone);
  }

  /** An integer whose first bits are the low ones of the byte at hand, `mask`. */
  #number(mask: number): number {
    let value = this.#byte() & mask;
    if (value < mask) return value;
    let byte: number;
    let scale = 1;
    do {
      byte = this.#byte();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (value > LARGEST_NUMBER || scale > LARGEST_NUMBER * 128) throw broken('a number is too large');
    } while (byte >= 0x80);
    return value;
  }

  #byte(): number {
    const byte = this.#block[this.#at];
    if (byte === undefined) throw broken('a header block is cut short');
    this.#at++;
    return byte;
  }

  #string(): string {
    const huffman = (this.#block[this.#at] ?? 0) >= 0x80;
    const length = this.#number(0x7f);
    const from = this.#at;
    const to = from + length;
    if (to > this.#block.length) throw broken('a header block is cut short');
    this.#at = to;
    return huffman ? readHuffman(this.#block, from, to) : this.#block.toString('latin1', from, to);
  }
}

function broken(message: string): ConnectionError {
  return new ConnectionError(ERROR.compression, message);
}
