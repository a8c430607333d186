/**
 * Message and enum types out of a FileDescriptorSet. The set is indexed by name when loaded (some milliseconds for all of Envoy's API);
 * a type is read in full the first time it is asked for.
 */
import { Reader } from './wire.ts';

/** `FieldDescriptorProto.Type` by its number. */
export const KIND = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  group: 10,
  message: 11,
  bytes: 12,
  uint32: 13,
  enum: 14,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
} as const;

export interface FieldType {
  readonly name: string;
  readonly number: number;
  /** One of `KIND`. */
  readonly kind: number;
  readonly repeated: boolean;
  readonly packed: boolean;
  /** Fields without presence are not written when they hold their default value. */
  readonly presence: boolean;
  /** Index of the oneof that it is a member of; -1 for none. */
  readonly oneof: number;
  /** Message or enum by full name without leading dot; '' for scalars. */
  readonly typeName: string;
  readonly deprecated: boolean;
  /** Marked `udpa.annotations.sensitive`: holds a credential. */
  readonly sensitive: boolean;
}

export interface MessageType {
  readonly name: string;
  readonly fields: readonly FieldType[];
  readonly byName: ReadonlyMap<string, FieldType>;
  readonly byNumber: ReadonlyMap<number, FieldType>;
  readonly oneofs: readonly string[];
  /** An entry of a map field: `key` and `value`. */
  readonly mapEntry: boolean;
}

export interface EnumType {
  readonly name: string;
  readonly byName: ReadonlyMap<string, number>;
  readonly byNumber: ReadonlyMap<number, string>;
}

interface Located {
  readonly start: number;
  readonly end: number;
  readonly implicitPresence: boolean;
}

export class Schema {
  readonly #bytes: Buffer;
  readonly #messages = new Map<string, Located>();
  readonly #enums = new Map<string, Located>();
  readonly #readMessages = new Map<string, MessageType>();
  readonly #readEnums = new Map<string, EnumType>();

  /** `bytes`: a serialized `google.protobuf.FileDescriptorSet`. */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const set = new Reader(this.#bytes);
    while (!set.done) {
      const tag = set.uint32();
      if (tag >>> 3 === 1) this.#indexFile(set.part());
      else set.skip(tag & 7);
    }
  }

  has(messageName: string): boolean {
    return this.#messages.has(messageName);
  }

  messageNames(): string[] {
    return [...this.#messages.keys()];
  }

  message(name: string): MessageType | undefined {
    const known = this.#readMessages.get(name);
    if (known !== undefined) return known;
    const located = this.#messages.get(name);
    if (located === undefined) return undefined;
    const type = readMessage(name, new Reader(this.#bytes, located.start, located.end), located.implicitPresence);
    this.#readMessages.set(name, type);
    return type;
  }

  enum(name: string): EnumType | undefined {
    const known = this.#readEnums.get(name);
    if (known !== undefined) return known;
    const located = this.#enums.get(name);
    if (located === undefined) return undefined;
    const type = readEnum(name, new Reader(this.#bytes, located.start, located.end));
    this.#readEnums.set(name, type);
    return type;
  }

  #indexFile(file: Reader): void {
    let scope = '';
    let implicitPresence = false;
    const found: { kind: 'message' | 'enum'; start: number; end: number }[] = [];
    while (!file.done) {
      const tag = file.uint32();
      const number = tag >>> 3;
      if (number === 2) scope = `${file.string()}.`;
      else if (number === 4 || number === 5) found.push({ kind: number === 4 ? 'message' : 'enum', ...range(file) });
      else if (number === 12) implicitPresence = file.string() === 'proto3';
      else file.skip(tag & 7);
    }
    for (const { kind, start, end } of found) this.#index(kind, scope, { start, end, implicitPresence });
  }

  #index(kind: 'message' | 'enum', scope: string, located: Located): void {
    const reader = new Reader(this.#bytes, located.start, located.end);
    let name = '';
    const nested: { kind: 'message' | 'enum'; start: number; end: number }[] = [];
    while (!reader.done) {
      const tag = reader.uint32();
      const number = tag >>> 3;
      if (number === 1) name = reader.string();
      else if (kind === 'message' && (number === 3 || number === 4)) {
        nested.push({ kind: number === 3 ? 'message' : 'enum', ...range(reader) });
      } else reader.skip(tag & 7);
    }
    (kind === 'message' ? this.#messages : this.#enums).set(scope + name, located);
    for (const { kind: nestedKind, start, end } of nested) {
      this.#index(nestedKind, `${scope}${name}.`, { start, end, implicitPresence: located.implicitPresence });
    }
  }
}

function range(reader: Reader): { start: number; end: number } {
  const length = reader.uint32();
  const start = reader.offset;
  const end = start + length;
  // Steps over the part without looking into it.
  reader.advance(length);
  return { start, end };
}

function readMessage(name: string, reader: Reader, implicitPresence: boolean): MessageType {
  const fields: FieldType[] = [];
  const oneofs: string[] = [];
  let mapEntry = false;
  while (!reader.done) {
    const tag = reader.uint32();
    const number = tag >>> 3;
    if (number === 2) fields.push(readField(reader.part(), implicitPresence));
    else if (number === 8) oneofs.push(readName(reader.part()));
    else if (number === 7) mapEntry = flag(reader.part(), 7);
    else reader.skip(tag & 7);
  }
  return {
    name,
    fields,
    byName: new Map(fields.map((field) => [field.name, field])),
    byNumber: new Map(fields.map((field) => [field.number, field])),
    oneofs,
    mapEntry,
  };
}

const LABEL_REPEATED = 3;
/** Number of the extension `udpa.annotations.sensitive` of FieldOptions. */
const SENSITIVE_OPTION = 76569463;

function readField(reader: Reader, implicitPresence: boolean): FieldType {
  let name = '';
  let number = 0;
  let kind = 0;
  let label = 0;
  let typeName = '';
  let oneof = -1;
  let optional = false;
  let packed: boolean | undefined;
  let deprecated = false;
  let sensitive = false;
  while (!reader.done) {
    const tag = reader.uint32();
    switch (tag >>> 3) {
      case 1:
        name = reader.string();
        break;
      case 3:
        number = reader.uint32();
        break;
      case 4:
        label = reader.uint32();
        break;
      case 5:
        kind = reader.uint32();
        break;
      case 6:
        typeName = reader.string().slice(1);
        break;
      case 8: {
        const options = reader.part();
        while (!options.done) {
          const optionTag = options.uint32();
          if (optionTag >>> 3 === 2) packed = options.uint32() === 1;
          else if (optionTag >>> 3 === 3) deprecated = options.uint32() === 1;
          else if (optionTag >>> 3 === SENSITIVE_OPTION) sensitive = options.uint32() === 1;
          else options.skip(optionTag & 7);
        }
        break;
      }
      case 9:
        oneof = reader.uint32();
        break;
      case 17:
        optional = reader.uint32() === 1;
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  const repeated = label === LABEL_REPEATED;
  const scalar = kind !== KIND.string && kind !== KIND.bytes && kind !== KIND.message && kind !== KIND.group;
  return {
    name,
    number,
    kind,
    repeated,
    packed: repeated && scalar && (packed ?? implicitPresence),
    presence: !implicitPresence || optional || oneof >= 0 || kind === KIND.message,
    // `optional` in proto3 is described as a oneof of one member; no such thing for people.
    oneof: optional ? -1 : oneof,
    typeName,
    deprecated,
    sensitive,
  };
}

function readEnum(name: string, reader: Reader): EnumType {
  const byName = new Map<string, number>();
  const byNumber = new Map<number, string>();
  while (!reader.done) {
    const tag = reader.uint32();
    if (tag >>> 3 !== 2) {
      reader.skip(tag & 7);
      continue;
    }
    const value = reader.part();
    let word = '';
    let number = 0;
    while (!value.done) {
      const valueTag = value.uint32();
      if (valueTag >>> 3 === 1) word = value.string();
      else if (valueTag >>> 3 === 2) number = Number(BigInt.asIntN(32, value.varint()));
      else value.skip(valueTag & 7);
    }
    byName.set(word, number);
    // With aliases, the first word is the one to print.
    if (!byNumber.has(number)) byNumber.set(number, word);
  }
  return { name, byName, byNumber };
}

function readName(reader: Reader): string {
  let name = '';
  while (!reader.done) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) name = reader.string();
    else reader.skip(tag & 7);
  }
  return name;
}

function flag(reader: Reader, field: number): boolean {
  let value = false;
  while (!reader.done) {
    const tag = reader.uint32();
    if (tag >>> 3 === field) value = reader.uint32() === 1;
    else reader.skip(tag & 7);
  }
  return value;
}
