/**
 * Plain objects to wire bytes, strictly: what the message type does not have is an error with its place. Fields are written in the
 * order of their numbers and map entries in the order of their keys, so equal objects give equal bytes.
 */
import { didYouMean } from '#lib/did-you-mean.ts';
import { SecretText } from '#lib/secret.ts';
import { EncodeError } from './errors.ts';
import { type FieldType, KIND, type MessageType, type Schema } from './schema.ts';
import { parseDuration, parseTimestamp, SPECIAL } from './well-known.ts';
import { WIRE, Writer } from './wire.ts';

const WIRE_OF_KIND: Readonly<Record<number, number>> = {
  [KIND.double]: WIRE.fixed64,
  [KIND.float]: WIRE.fixed32,
  [KIND.int64]: WIRE.varint,
  [KIND.uint64]: WIRE.varint,
  [KIND.int32]: WIRE.varint,
  [KIND.fixed64]: WIRE.fixed64,
  [KIND.fixed32]: WIRE.fixed32,
  [KIND.bool]: WIRE.varint,
  [KIND.string]: WIRE.bytes,
  [KIND.message]: WIRE.bytes,
  [KIND.bytes]: WIRE.bytes,
  [KIND.uint32]: WIRE.varint,
  [KIND.enum]: WIRE.varint,
  [KIND.sfixed32]: WIRE.fixed32,
  [KIND.sfixed64]: WIRE.fixed64,
  [KIND.sint32]: WIRE.varint,
  [KIND.sint64]: WIRE.varint,
};

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const WHOLE = /^-?\d{1,20}$/;
/** Struct values of our own making are shallow; this only stops an object that contains itself. */
const MAX_DEPTH = 100;

/**
 * Parts whose bytes are remembered by object identity. One RouteConfiguration holds all hosts, and a change concerns one of them; the
 * builder hands out the same objects for the others.
 */
const REMEMBERED: ReadonlySet<string> = new Set(['envoy.config.route.v3.VirtualHost']);

type Fields = Readonly<Record<string, unknown>>;

export class Encoder {
  readonly #schema: Schema;
  readonly #remembered = new WeakMap<object, Uint8Array>();
  #writer = new Writer();
  #rootType = '';
  #path: (string | number)[] = [];

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  encode(typeName: string, message: unknown): Uint8Array {
    this.#rootType = typeName;
    this.#path = [];
    this.#writer.reset();
    this.#body(typeName, message);
    const bytes = this.#writer.finish();
    // One giant message must not hold its memory for good.
    if (bytes.length > 1 << 24) this.#writer = new Writer();
    return bytes;
  }

  /** The content of a message, without its length. */
  #body(typeName: string, value: unknown): void {
    if (this.#path.length > MAX_DEPTH) this.#fail('nested too deeply; does the object contain itself?');
    switch (SPECIAL[typeName]) {
      case undefined:
        this.#fields(this.#type(typeName), this.#object(value, typeName), undefined);
        break;
      case 'any':
        this.#any(value);
        break;
      case 'duration':
        this.#duration(value);
        break;
      case 'timestamp':
        this.#timestamp(value);
        break;
      case 'field-mask':
        this.#fieldMask(value);
        break;
      case 'struct':
        this.#struct(value);
        break;
      case 'value':
        this.#value(value);
        break;
      case 'list':
        this.#list(value);
        break;
      case 'wrapper':
        this.#field(this.#type(typeName).byNumber.get(1) as FieldType, value);
        break;
    }
  }

  #fields(type: MessageType, object: Fields, skip: string | undefined): void {
    const present: FieldType[] = [];
    let last = 0;
    let sorted = true;
    for (const key in object) {
      if (object[key] === undefined || key === skip) continue;
      const field = type.byName.get(key);
      if (field === undefined) this.#unknownField(type, key);
      else {
        present.push(field);
        if (field.number < last) sorted = false;
        last = field.number;
      }
    }
    if (type.oneofs.length > 0) this.#checkOneofs(type, present);
    if (!sorted) present.sort((a, b) => a.number - b.number);
    for (const field of present) {
      this.#path.push(field.name);
      this.#field(field, object[field.name]);
      this.#path.pop();
    }
  }

  #field(field: FieldType, value: unknown): void {
    if (field.repeated) {
      const entry = field.kind === KIND.message ? this.#type(field.typeName) : undefined;
      if (entry?.mapEntry) this.#map(field, entry, value);
      else this.#repeated(field, value);
      return;
    }
    const writer = this.#writer;
    const start = writer.length;
    writer.tag(field.number, WIRE_OF_KIND[field.kind] ?? WIRE.bytes);
    const content = writer.length;
    this.#single(field, value);
    // A default value without presence says the same as no field.
    if (!field.presence && writer.isZeroFrom(content)) writer.truncate(start);
  }

  #repeated(field: FieldType, value: unknown): void {
    if (!Array.isArray(value)) this.#wrong('a list', value);
    const items = value as unknown[];
    if (items.length === 0) return;
    const writer = this.#writer;
    if (field.packed) writer.tag(field.number, WIRE.bytes);
    const start = field.packed ? writer.open() : 0;
    for (let index = 0; index < items.length; index++) {
      this.#path.push(index);
      if (items[index] === undefined) this.#fail('a list must not have holes (undefined)');
      if (!field.packed) writer.tag(field.number, WIRE_OF_KIND[field.kind] ?? WIRE.bytes);
      this.#single(field, items[index]);
      this.#path.pop();
    }
    if (field.packed) writer.close(start);
  }

  #map(field: FieldType, entry: MessageType, value: unknown): void {
    const object = this.#object(value, 'a map');
    const keyField = entry.byNumber.get(1) as FieldType;
    const valueField = entry.byNumber.get(2) as FieldType;
    const writer = this.#writer;
    for (const key of Object.keys(object).sort()) {
      if (object[key] === undefined) continue;
      this.#path.push(`["${key}"]`);
      writer.tag(field.number, WIRE.bytes);
      const start = writer.open();
      writer.tag(1, WIRE_OF_KIND[keyField.kind] ?? WIRE.bytes);
      this.#single(keyField, mapKey(keyField, key));
      writer.tag(2, WIRE_OF_KIND[valueField.kind] ?? WIRE.bytes);
      this.#single(valueField, object[key]);
      writer.close(start);
      this.#path.pop();
    }
  }

  #single(field: FieldType, value: unknown): void {
    const writer = this.#writer;
    switch (field.kind) {
      case KIND.message: {
        const remember = REMEMBERED.has(field.typeName) && typeof value === 'object' && value !== null;
        const known = remember ? this.#remembered.get(value) : undefined;
        if (known !== undefined) {
          writer.bytes(known);
          return;
        }
        const start = writer.open();
        this.#body(field.typeName, value);
        if (remember) this.#remembered.set(value, writer.copyFrom(start));
        writer.close(start);
        return;
      }
      case KIND.string:
        if (typeof value === 'string') writer.string(value);
        else if (value instanceof SecretText) writer.string(value.reveal());
        else this.#wrong('a string', value);
        return;
      case KIND.bool:
        if (typeof value !== 'boolean') this.#wrong('true or false', value);
        writer.uint32(value ? 1 : 0);
        return;
      case KIND.uint32:
        writer.uint32(this.#whole(value, 0, 4294967295));
        return;
      case KIND.int32:
        writer.varint(this.#whole(value, -2147483648, 2147483647));
        return;
      case KIND.enum:
        writer.varint(this.#enum(field.typeName, value));
        return;
      case KIND.bytes:
        writer.bytes(this.#bytes(value));
        return;
      case KIND.double:
        writer.double(this.#number(value));
        return;
      case KIND.float:
        writer.float(this.#number(value));
        return;
      case KIND.int64:
        writer.varint(this.#whole64(value, true));
        return;
      case KIND.uint64:
        writer.varint(this.#whole64(value, false));
        return;
      case KIND.fixed32:
        writer.fixed32(this.#whole(value, 0, 4294967295));
        return;
      case KIND.sfixed32:
        writer.fixed32(this.#whole(value, -2147483648, 2147483647));
        return;
      case KIND.fixed64:
        writer.fixed64(BigInt(this.#whole64(value, false)));
        return;
      case KIND.sfixed64:
        writer.fixed64(BigInt(this.#whole64(value, true)));
        return;
      case KIND.sint32:
      case KIND.sint64: {
        const whole = BigInt(
          field.kind === KIND.sint32 ? this.#whole(value, -2147483648, 2147483647) : this.#whole64(value, true),
        );
        writer.varint(whole >= 0n ? whole << 1n : (-whole << 1n) - 1n);
        return;
      }
      default:
        this.#fail('fields of the group kind are not supported');
    }
  }

  #any(value: unknown): void {
    const object = this.#object(value, 'an Any');
    const url = object['@type'];
    if (typeof url !== 'string') {
      this.#fail(
        'an Any needs "@type", for example "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"',
      );
    }
    const slash = (url as string).lastIndexOf('/');
    const typeName = (url as string).slice(slash + 1);
    if (slash < 0) this.#fail(`"@type" is ${quote(url)}; write "type.googleapis.com/${typeName}"`);
    const writer = this.#writer;
    writer.tag(1, WIRE.bytes).string(url as string);
    if (!this.#schema.has(typeName)) {
      // What `decode` makes of an unknown type goes back as it came.
      if (typeof object.value === 'string' && Object.keys(object).length === 2) {
        writer.tag(2, WIRE.bytes).bytes(this.#bytes(object.value));
        return;
      }
      this.#fail(`unknown message type ${quote(typeName)}${this.#suggest(typeName, this.#schema.messageNames())}`);
    }
    const start = writer.tag(2, WIRE.bytes).open();
    if (SPECIAL[typeName] === undefined) this.#fields(this.#type(typeName), object, '@type');
    else {
      // Well-known types have no fields of their own in JSON; they stand under `value`.
      const extra = Object.keys(object).find((key) => key !== '@type' && key !== 'value');
      if (extra !== undefined)
        this.#fail(`unknown field ${quote(extra)}: inside an Any, ${typeName} is written as "value"`);
      this.#path.push('value');
      this.#body(typeName, object.value);
      this.#path.pop();
    }
    if (writer.length === start) writer.truncate(start - 2);
    else writer.close(start);
  }

  #duration(value: unknown): void {
    const parsed = typeof value === 'string' ? parseDuration(value) : undefined;
    if (parsed === undefined) this.#wrong('a duration in seconds such as "5s" or "0.25s"', value);
    else this.#secondsAndNanos(parsed.seconds, parsed.nanos);
  }

  #timestamp(value: unknown): void {
    const parsed = typeof value === 'string' ? parseTimestamp(value) : undefined;
    if (parsed === undefined) this.#wrong('a time such as "2026-01-31T12:00:00Z"', value);
    else this.#secondsAndNanos(parsed.seconds, parsed.nanos);
  }

  #secondsAndNanos(seconds: number, nanos: number): void {
    if (seconds !== 0) this.#writer.tag(1, WIRE.varint).varint(seconds);
    if (nanos !== 0) this.#writer.tag(2, WIRE.varint).varint(nanos);
  }

  #fieldMask(value: unknown): void {
    if (typeof value !== 'string') this.#wrong('field paths joined by commas', value);
    for (const path of (value as string).split(',')) if (path !== '') this.#writer.tag(1, WIRE.bytes).string(path);
  }

  #struct(value: unknown): void {
    const object = this.#object(value, 'a JSON object');
    for (const key of Object.keys(object).sort()) {
      if (object[key] === undefined) continue;
      this.#path.push(`["${key}"]`);
      const entry = this.#writer.tag(1, WIRE.bytes).open();
      this.#writer.tag(1, WIRE.bytes).string(key);
      const start = this.#writer.tag(2, WIRE.bytes).open();
      this.#value(object[key]);
      this.#writer.close(start);
      this.#writer.close(entry);
      this.#path.pop();
    }
  }

  #value(value: unknown): void {
    if (this.#path.length > MAX_DEPTH) this.#fail('nested too deeply; does the object contain itself?');
    const writer = this.#writer;
    if (value === null) writer.tag(1, WIRE.varint).uint32(0);
    else if (typeof value === 'number') {
      if (!Number.isFinite(value)) this.#wrong('a finite number', value);
      writer.tag(2, WIRE.fixed64).double(value);
    } else if (typeof value === 'string') writer.tag(3, WIRE.bytes).string(value);
    else if (value instanceof SecretText) writer.tag(3, WIRE.bytes).string(value.reveal());
    else if (typeof value === 'boolean') writer.tag(4, WIRE.varint).uint32(value ? 1 : 0);
    else if (Array.isArray(value)) {
      const start = writer.tag(6, WIRE.bytes).open();
      this.#list(value);
      writer.close(start);
    } else if (typeof value === 'object' && value !== undefined) {
      const start = writer.tag(5, WIRE.bytes).open();
      this.#struct(value);
      writer.close(start);
    } else this.#wrong('a JSON value', value);
  }

  #list(value: unknown): void {
    if (!Array.isArray(value)) this.#wrong('a list', value);
    const items = value as unknown[];
    for (let index = 0; index < items.length; index++) {
      this.#path.push(index);
      const start = this.#writer.tag(1, WIRE.bytes).open();
      this.#value(items[index]);
      this.#writer.close(start);
      this.#path.pop();
    }
  }

  #object(value: unknown, what: string): Fields {
    const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!plain || value instanceof SecretText || value instanceof Uint8Array || value instanceof Map)
      this.#wrong(`an object (${what})`, value);
    return value as Fields;
  }

  #whole(value: unknown, least: number, most: number): number {
    if (typeof value !== 'number' || !Number.isInteger(value)) this.#wrong('a whole number', value);
    if ((value as number) < least || (value as number) > most)
      this.#wrong(`a whole number from ${least} to ${most}`, value);
    return value as number;
  }

  #whole64(value: unknown, signed: boolean): number | bigint {
    let whole: number | bigint | undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value)) whole = value;
    else if (typeof value === 'bigint') whole = value;
    else if (typeof value === 'string' && WHOLE.test(value)) whole = BigInt(value);
    if (whole === undefined) this.#wrong('a whole number (beyond 2^53 as a string)', value);
    const fits =
      typeof whole === 'bigint'
        ? (signed ? BigInt.asIntN(64, whole) : BigInt.asUintN(64, whole)) === whole
        : signed || Number(whole) >= 0;
    if (!fits) this.#wrong(`a whole number of 64 bits${signed ? '' : ', not negative'}`, value);
    return whole as number | bigint;
  }

  #number(value: unknown): number {
    if (typeof value === 'number') return value;
    if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
    return this.#wrong('a number', value);
  }

  #enum(typeName: string, value: unknown): number {
    const type = this.#schema.enum(typeName);
    if (type === undefined) return this.#fail(`the descriptors lack the enum ${typeName}`);
    if (typeof value === 'number' && type.byNumber.has(value)) return value;
    // `google.protobuf.NullValue` is null in JSON.
    if (value === null && typeName === 'google.protobuf.NullValue') return 0;
    if (typeof value !== 'string') return this.#wrong(`a word of the enum ${typeName}`, value);
    const number = type.byName.get(value);
    if (number !== undefined) return number;
    const words = [...type.byName.keys()];
    const suggestion =
      this.#suggest(value, words) || `; allowed: ${words.slice(0, 12).join(', ')}${words.length > 12 ? ', …' : ''}`;
    return this.#fail(`unknown word ${quote(value)} of the enum ${typeName}${suggestion}`);
  }

  #bytes(value: unknown): Uint8Array {
    if (value instanceof Uint8Array) return value;
    const text = value instanceof SecretText ? value.reveal() : value;
    if (typeof text !== 'string') return this.#wrong('bytes (a Uint8Array or base64 text)', value);
    // Not quoted in the message: such fields hold keys.
    if (!BASE64.test(text)) return this.#fail('expected bytes, but the text is not base64');
    return Buffer.from(text, 'base64');
  }

  #checkOneofs(type: MessageType, present: readonly FieldType[]): void {
    const members = present.filter((field) => field.oneof >= 0);
    if (members.length < 2) return;
    const first = new Map<number, FieldType>();
    for (const field of members) {
      const other = first.get(field.oneof);
      if (other !== undefined) {
        this.#path.push(field.name);
        this.#fail(
          `"${other.name}" and "${field.name}" exclude each other (oneof ${type.oneofs[field.oneof]} of ${type.name}); keep one`,
        );
      }
      first.set(field.oneof, field);
    }
  }

  #unknownField(type: MessageType, key: string): never {
    this.#path.push(key);
    return this.#fail(`unknown field of ${type.name}${this.#suggest(key, type.byName.keys())}`);
  }

  #type(name: string): MessageType {
    return this.#schema.message(name) ?? this.#fail(`unknown message type ${quote(name)}`);
  }

  #suggest(word: string, candidates: Iterable<string>): string {
    const near = didYouMean(word, candidates);
    return near === undefined ? '' : `; did you mean "${near}"?`;
  }

  #wrong(expected: string, value: unknown): never {
    return this.#fail(`expected ${expected}, got ${describe(value)}`);
  }

  #fail(reason: string): never {
    throw new EncodeError(this.#rootType, formatPath(this.#path), reason);
  }
}

function formatPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' || part.startsWith('[') ? part : `.${part}`;
  }
  return text;
}

function mapKey(field: FieldType, key: string): unknown {
  if (field.kind === KIND.string) return key;
  if (field.kind === KIND.bool) return key === 'true' ? true : key === 'false' ? false : key;
  return WHOLE.test(key) ? Number(key) : key;
}

/** Text is named only when short: it can be a credential in the wrong place. */
function describe(value: unknown): string {
  if (value === null) return 'null (leave the field out instead)';
  if (value instanceof SecretText) return 'a secret text';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return value.length <= 24 ? quote(value) : `a text of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? 'bytes' : `an ${typeof value}`;
}

function quote(value: unknown): string {
  return JSON.stringify(value);
}
