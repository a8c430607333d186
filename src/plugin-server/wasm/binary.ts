/** Reads just enough of a WebAssembly module (core specification, binary format) to judge it and to rename an export. */

export interface WasmImport {
  readonly module: string;
  readonly name: string;
}

interface Section {
  readonly id: number;
  /** Contents, without the id and size. */
  readonly body: Uint8Array;
}

const HEADER = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
const SECTION_IMPORT = 2;
const SECTION_EXPORT = 7;

/** The bytes are no WebAssembly module of version 1, or are cut off. */
export class WasmFormatError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WasmFormatError';
  }
}

/** Function imports, in order. */
export function functionImports(module: Uint8Array): WasmImport[] {
  const section = sections(module).find(({ id }) => id === SECTION_IMPORT);
  if (section === undefined) return [];
  const reader = new Reader(section.body);
  const found: WasmImport[] = [];
  for (let left = reader.u32(); left > 0; left -= 1) {
    const from = reader.name();
    const name = reader.name();
    const kind = reader.byte();
    if (kind === 0) found.push({ module: from, name });
    skipDescriptor(reader, kind);
  }
  return found;
}

/** Names of all exports, in order. */
export function exportNames(module: Uint8Array): string[] {
  const section = sections(module).find(({ id }) => id === SECTION_EXPORT);
  if (section === undefined) return [];
  const reader = new Reader(section.body);
  const names: string[] = [];
  for (let left = reader.u32(); left > 0; left -= 1) {
    names.push(reader.name());
    reader.byte();
    reader.u32();
  }
  return names;
}

/** The module with export `from` called `to`; the very same bytes when there is no such export. */
export function renameExport(module: Uint8Array, from: string, to: string): Uint8Array {
  if (!exportNames(module).includes(from)) return module;
  const parts = sections(module).map((section) => {
    const body = section.id === SECTION_EXPORT ? renamed(section.body, from, to) : section.body;
    return Buffer.concat([Uint8Array.of(section.id), leb128(body.length), body]);
  });
  return Buffer.concat([HEADER, ...parts]);
}

function renamed(body: Uint8Array, from: string, to: string): Uint8Array {
  const reader = new Reader(body);
  const count = reader.u32();
  const parts: Uint8Array[] = [leb128(count)];
  for (let left = count; left > 0; left -= 1) {
    const name = reader.name();
    const text = Buffer.from(name === from ? to : name, 'utf8');
    parts.push(leb128(text.length), text, Uint8Array.of(reader.byte()), leb128(reader.u32()));
  }
  return Buffer.concat(parts);
}

function sections(module: Uint8Array): Section[] {
  if (module.length < HEADER.length || !HEADER.every((byte, n) => module[n] === byte)) {
    throw new WasmFormatError('not a WebAssembly module: the file does not begin with "\\0asm" and version 1');
  }
  const reader = new Reader(module.subarray(HEADER.length));
  const found: Section[] = [];
  while (!reader.atEnd()) found.push({ id: reader.byte(), body: reader.bytes(reader.u32()) });
  return found;
}

function skipDescriptor(reader: Reader, kind: number): void {
  if (kind === 0) reader.u32();
  else if (kind === 1) {
    reader.byte();
    skipLimits(reader);
  } else if (kind === 2) skipLimits(reader);
  else if (kind === 3) reader.bytes(2);
  else if (kind === 4) {
    reader.byte();
    reader.u32();
  } else throw new WasmFormatError(`unknown import kind ${kind}`);
}

function skipLimits(reader: Reader): void {
  const flags = reader.byte();
  reader.u32();
  if ((flags & 1) === 1) reader.u32();
}

class Reader {
  readonly #data: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  atEnd(): boolean {
    return this.#at >= this.#data.length;
  }

  byte(): number {
    const value = this.#data[this.#at];
    if (value === undefined) throw new WasmFormatError('the module is cut off');
    this.#at += 1;
    return value;
  }

  bytes(length: number): Uint8Array {
    if (this.#at + length > this.#data.length) throw new WasmFormatError('the module is cut off');
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new WasmFormatError('a number is longer than 32 bits');
  }

  name(): string {
    return Buffer.from(this.bytes(this.u32())).toString('utf8');
  }
}

function leb128(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return Uint8Array.from(bytes);
}
