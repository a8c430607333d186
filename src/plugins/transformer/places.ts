/** The places that rules read and write, behind one face. */

import { getPath, toText } from '#lib/gjson.ts';
import {
  editJsonText,
  fromJsonText,
  isJsonText,
  jsonElements,
  plainPath,
  readJsonText,
  toJsonText,
} from '#lib/json-text.ts';
import { fieldPart, multipartParts } from '#lib/multipart.ts';
import type { HeaderPatch, Headers } from '#plugin-sdk/hooks.ts';
import { decodeForm, encodeForm } from '#plugin-sdk/query.ts';
import type { ValueType } from './config.ts';

/** One value: its text, and its JSON text (a byte string) when it came from JSON or is meant for it. */
export interface Cell {
  readonly text: string;
  readonly json?: string;
}

/** What stands under one name. `list`: a JSON array, or several values. */
export interface Field {
  readonly cells: readonly Cell[];
  readonly list: boolean;
}

export interface Place {
  read(key: string): Field | undefined;
  write(key: string, field: Field): void;
  remove(key: string): void;
}

/** A value of the configuration. A number or object that is none stays a string. */
export function cellOf(text: string, type: ValueType): Cell {
  const value = type === 'string' ? undefined : fromJsonText(Buffer.from(text, 'utf8').toString('latin1'));
  const fits =
    type === 'object' ? value !== null && typeof value === 'object' : typeof value === type && type !== 'string';
  return { text, json: fits ? Buffer.from(text, 'utf8').toString('latin1') : toJsonText(text) };
}

export class HeaderPlace implements Place {
  readonly #original: Headers;
  readonly #edits = new Map<string, readonly string[]>();

  constructor(headers: Headers) {
    this.#original = headers;
  }

  read(key: string): Field | undefined {
    const values = this.#edits.get(key) ?? this.#original.getAll(key);
    return values.length === 0 ? undefined : field(values);
  }

  /** Pseudo headers are never taken away, and values with control characters are not written. */
  write(key: string, { cells }: Field): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get into a header
    if (cells.some(({ text }) => /[\x00-\x08\x0a-\x1f\x7f]/.test(text))) return;
    const values = cells.map(({ text }) => text);
    this.#edits.set(key, key.startsWith(':') ? values.slice(-1) : values);
  }

  remove(key: string): void {
    if (!key.startsWith(':')) this.#edits.set(key, []);
  }

  /** Undefined when nothing differs from before. */
  patch(): HeaderPatch | undefined {
    const remove: string[] = [];
    const set: Record<string, string> = {};
    const append: Record<string, string> = {};
    const more: (readonly [string, readonly string[]])[] = [];
    for (const [name, values] of this.#edits) {
      const before = this.#original.getAll(name);
      if (before.length === values.length && before.every((value, at) => value === values[at])) continue;
      if (values.length === 0) remove.push(name);
      else set[name] = values[0] ?? '';
      if (values.length === 2) append[name] = values[1] ?? '';
      if (values.length > 2) more.push([name, values]);
    }
    // A patch appends one value a name; longer lists become one line, which means the same.
    for (const [name, values] of more) set[name] = values.join(',');
    const changed = remove.length > 0 || Object.keys(set).length > 0;
    return changed ? { remove, set, append } : undefined;
  }
}

interface Pair {
  readonly name: string;
  readonly value: string;
  /** As it stood on the wire. */
  readonly raw?: string;
}

/** Query strings and form bodies. Pairs that no rule touches keep their spelling. */
export class FormPlace implements Place {
  #pairs: Pair[];
  changed = false;

  constructor(text: string) {
    this.#pairs = text
      .split('&')
      .filter((raw) => raw !== '')
      .map((raw) => {
        const equals = raw.indexOf('=');
        const name = decodeForm(equals < 0 ? raw : raw.slice(0, equals));
        return { name, value: equals < 0 ? '' : decodeForm(raw.slice(equals + 1)), raw };
      });
  }

  read(key: string): Field | undefined {
    const values = this.#pairs.filter(({ name }) => name === key).map(({ value }) => value);
    return values.length === 0 ? undefined : field(values);
  }

  write(key: string, { cells }: Field): void {
    const at = this.#pairs.findIndex(({ name }) => name === key);
    const before = this.#pairs.slice(0, at < 0 ? undefined : at);
    const after = at < 0 ? [] : this.#pairs.slice(at).filter(({ name }) => name !== key);
    this.#pairs = [...before, ...cells.map(({ text }) => ({ name: key, value: text })), ...after];
    this.changed = true;
  }

  remove(key: string): void {
    const kept = this.#pairs.filter(({ name }) => name !== key);
    this.changed ||= kept.length < this.#pairs.length;
    this.#pairs = kept;
  }

  text(): string {
    return this.#pairs.map(({ name, value, raw }) => raw ?? `${encodeForm(name)}=${encodeForm(value)}`).join('&');
  }
}

/** A JSON body as a byte string. Names are GJSON paths; only plain ones can be written. */
export class JsonPlace implements Place {
  #bytes: string;
  changed = false;

  private constructor(bytes: string) {
    this.#bytes = bytes;
  }

  /** Undefined when the text is not JSON. */
  static of(bytes: string): JsonPlace | undefined {
    return isJsonText(bytes) ? new JsonPlace(bytes) : undefined;
  }

  read(key: string): Field | undefined {
    const path = plainPath(key);
    const found = path === undefined ? getPath(fromJsonText(this.#bytes), key) : undefined;
    const json = path === undefined ? found !== undefined && toJsonText(found) : readJsonText(this.#bytes, path);
    if (json === undefined || json === false) return undefined;
    const elements = jsonElements(json);
    const cell = (raw: string): Cell => ({ text: toText(fromJsonText(raw)), json: raw });
    return { cells: elements === undefined ? [cell(json)] : elements.map(cell), list: elements !== undefined };
  }

  write(key: string, { cells, list }: Field): void {
    const texts = cells.map(({ text, json }) => json ?? toJsonText(text));
    this.#edit(key, list ? `[${texts.join(',')}]` : (texts[0] ?? 'null'));
  }

  remove(key: string): void {
    this.#edit(key, undefined);
  }

  text(): string {
    return this.#bytes;
  }

  #edit(key: string, raw: string | undefined): void {
    const path = plainPath(key);
    const edited = path === undefined ? undefined : editJsonText(this.#bytes, path, raw);
    if (edited === undefined || edited === this.#bytes) return;
    this.#bytes = edited;
    this.changed = true;
  }
}

/** A multipart body as a byte string. Files can be removed, but not read or renamed; parts that no rule touches keep every byte. */
export class MultipartPlace implements Place {
  #bytes: string;
  readonly #boundary: string;
  changed = false;

  private constructor(bytes: string, boundary: string) {
    this.#bytes = bytes;
    this.#boundary = boundary;
  }

  static of(bytes: string, boundary: string | undefined): MultipartPlace | undefined {
    if (boundary === undefined || multipartParts(bytes, boundary) === undefined) return undefined;
    return new MultipartPlace(bytes, boundary);
  }

  read(key: string): Field | undefined {
    const values = this.#parts()
      .filter((part) => part.name === key && part.filename === undefined)
      .map((part) => fromBytes(this.#bytes.slice(part.contentStart, part.contentEnd)));
    return values.length === 0 ? undefined : field(values);
  }

  write(key: string, { cells }: Field): void {
    const parts = this.#parts();
    const at = parts.find((part) => part.name === key)?.start ?? (parts.at(-1)?.contentEnd ?? -2) + 2;
    const fresh = cells.map(({ text }) => fieldPart(this.#boundary, toBytes(key), toBytes(text))).join('');
    const [head, tail] = [this.#without(key, 0, at), this.#without(key, at, this.#bytes.length)];
    this.#bytes = head + fresh + tail;
    this.changed = true;
  }

  remove(key: string): void {
    const kept = this.#without(key, 0, this.#bytes.length);
    this.changed ||= kept !== this.#bytes;
    this.#bytes = kept;
  }

  text(): string {
    return this.#bytes;
  }

  #parts() {
    return multipartParts(this.#bytes, this.#boundary) ?? [];
  }

  /** The bytes between two offsets without the parts of that name. */
  #without(key: string, from: number, to: number): string {
    let out = '';
    let at = from;
    for (const part of this.#parts()) {
      if (part.name !== key || part.start < from || part.start >= to) continue;
      out += this.#bytes.slice(at, part.start);
      at = part.contentEnd + 2;
    }
    return out + this.#bytes.slice(at, to);
  }
}

function field(values: readonly string[]): Field {
  return { cells: values.map((text) => ({ text })), list: values.length > 1 };
}

function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function fromBytes(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
