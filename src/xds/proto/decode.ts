/** Wire bytes to the same plain objects that `encode` takes. Fields that the type does not have are left out. */
import { DecodeError } from './errors.ts';
import { type FieldType, KIND, type MessageType, type Schema } from './schema.ts';
import { formatDuration, formatTimestamp, SPECIAL } from './well-known.ts';
import { Reader, WIRE, WireError } from './wire.ts';

type Fields = Record<string, unknown>;

export class Decoder {
  readonly #schema: Schema;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  /** @throws DecodeError when the bytes are not such a message. */
  decode(typeName: string, bytes: Uint8Array): unknown {
    try {
      return this.#body(typeName, new Reader(bytes));
    } catch (error) {
      if (error instanceof WireError) throw new DecodeError(typeName, error.message, { cause: error });
      throw error;
    }
  }

  #body(typeName: string, reader: Reader): unknown {
    const special = SPECIAL[typeName];
    const fields =
      special === 'struct' || special === 'value' || special === 'list'
        ? undefined
        : this.#fields(this.#type(typeName), reader);
    switch (special) {
      case 'any':
        return this.#any(fields as { type_url?: string; value?: string });
      case 'duration':
        return formatDuration({ seconds: Number(fields?.seconds ?? 0), nanos: Number(fields?.nanos ?? 0) });
      case 'timestamp':
        return formatTimestamp({ seconds: Number(fields?.seconds ?? 0), nanos: Number(fields?.nanos ?? 0) });
      case 'field-mask':
        return ((fields?.paths ?? []) as string[]).join(',');
      case 'wrapper':
        return fields?.value ?? this.#default(this.#type(typeName).byNumber.get(1) as FieldType);
      case 'struct':
        return this.#struct(reader);
      case 'value':
        return this.#value(reader);
      case 'list':
        return this.#list(reader);
      default:
        return fields;
    }
  }

  #fields(type: MessageType, reader: Reader): Fields {
    const out: Fields = {};
    while (!reader.done) {
      const tag = reader.uint32();
      const field = type.byNumber.get(tag >>> 3);
      const wire = tag & 7;
      if (field === undefined) {
        reader.skip(wire);
        continue;
      }
      if (!field.repeated) {
        out[field.name] = this.#single(field, reader);
        continue;
      }
      const entry = field.kind === KIND.message ? this.#type(field.typeName) : undefined;
      if (entry?.mapEntry) this.#mapEntry(field, entry, reader, out);
      else {
        out[field.name] ??= [];
        const items = out[field.name] as unknown[];
        const packable = field.kind !== KIND.string && field.kind !== KIND.bytes && field.kind !== KIND.message;
        if (wire !== WIRE.bytes || !packable) items.push(this.#single(field, reader));
        else for (const part = reader.part(); !part.done; ) items.push(this.#single(field, part));
      }
    }
    return out;
  }

  #mapEntry(field: FieldType, entry: MessageType, reader: Reader, out: Fields): void {
    const pair = this.#fields(entry, reader.part());
    const key = pair.key ?? this.#default(entry.byNumber.get(1) as FieldType);
    out[field.name] ??= {};
    define(out[field.name] as Fields, String(key), pair.value ?? this.#default(entry.byNumber.get(2) as FieldType));
  }

  #single(field: FieldType, reader: Reader): unknown {
    switch (field.kind) {
      case KIND.message:
        return this.#body(field.typeName, reader.part());
      case KIND.string:
        return reader.string();
      case KIND.bool:
        return reader.varint() !== 0n;
      case KIND.uint32:
        return reader.uint32();
      case KIND.int32:
        return Number(BigInt.asIntN(32, reader.varint()));
      case KIND.enum: {
        const number = Number(BigInt.asIntN(32, reader.varint()));
        return this.#schema.enum(field.typeName)?.byNumber.get(number) ?? number;
      }
      case KIND.bytes:
        return reader.bytes().toString('base64');
      case KIND.double:
        return jsonNumber(reader.double());
      case KIND.float:
        return jsonNumber(reader.float());
      case KIND.int64:
        return jsonWhole(BigInt.asIntN(64, reader.varint()));
      case KIND.uint64:
        return jsonWhole(reader.varint());
      case KIND.fixed32:
        return reader.fixed32();
      case KIND.sfixed32:
        return reader.fixed32() | 0;
      case KIND.fixed64:
        return jsonWhole(reader.fixed64());
      case KIND.sfixed64:
        return jsonWhole(BigInt.asIntN(64, reader.fixed64()));
      case KIND.sint32:
      case KIND.sint64: {
        const zigzag = reader.varint();
        return jsonWhole((zigzag >> 1n) ^ -(zigzag & 1n));
      }
      default:
        throw new WireError(`field ${field.name} is of the group kind`, reader.offset);
    }
  }

  #default(field: FieldType): unknown {
    if (field.kind === KIND.message) return this.#body(field.typeName, new Reader(new Uint8Array()));
    if (field.kind === KIND.string || field.kind === KIND.bytes) return '';
    if (field.kind === KIND.bool) return false;
    if (field.kind === KIND.enum) return this.#schema.enum(field.typeName)?.byNumber.get(0) ?? 0;
    return 0;
  }

  #any({ type_url: url = '', value = '' }: { type_url?: string; value?: string }): Fields {
    const typeName = url.slice(url.lastIndexOf('/') + 1);
    if (!this.#schema.has(typeName)) return value === '' && url === '' ? {} : { '@type': url, value };
    const content = this.#body(typeName, new Reader(Buffer.from(value, 'base64')));
    return SPECIAL[typeName] === undefined
      ? { '@type': url, ...(content as Fields) }
      : { '@type': url, value: content };
  }

  #struct(reader: Reader): Fields {
    const out: Fields = {};
    while (!reader.done) {
      const tag = reader.uint32();
      if (tag >>> 3 !== 1) {
        reader.skip(tag & 7);
        continue;
      }
      const entry = reader.part();
      let key = '';
      let value: unknown = null;
      while (!entry.done) {
        const entryTag = entry.uint32();
        if (entryTag >>> 3 === 1) key = entry.string();
        else if (entryTag >>> 3 === 2) value = this.#value(entry.part());
        else entry.skip(entryTag & 7);
      }
      define(out, key, value);
    }
    return out;
  }

  #value(reader: Reader): unknown {
    let value: unknown = null;
    while (!reader.done) {
      const tag = reader.uint32();
      switch (tag >>> 3) {
        case 1:
          reader.skip(tag & 7);
          value = null;
          break;
        case 2:
          value = reader.double();
          break;
        case 3:
          value = reader.string();
          break;
        case 4:
          value = reader.varint() !== 0n;
          break;
        case 5:
          value = this.#struct(reader.part());
          break;
        case 6:
          value = this.#list(reader.part());
          break;
        default:
          reader.skip(tag & 7);
      }
    }
    return value;
  }

  #list(reader: Reader): unknown[] {
    const out: unknown[] = [];
    while (!reader.done) {
      const tag = reader.uint32();
      if (tag >>> 3 === 1) out.push(this.#value(reader.part()));
      else reader.skip(tag & 7);
    }
    return out;
  }

  #type(name: string): MessageType {
    const type = this.#schema.message(name);
    if (type === undefined) throw new DecodeError(name, 'unknown message type');
    return type;
  }
}

/** A key such as `__proto__` comes from outside and must stay a plain key. */
function define(object: Fields, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function jsonWhole(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
