/** A JSON request body under edit: the values as parsed, and the text with only the changed top-level members written anew. */
import { editJsonText, toJsonText } from '#lib/json-text.ts';
import type { JsonObject } from './json.ts';
import { asObject } from './json.ts';

export class BodyEditor {
  readonly #original: Buffer | undefined;
  readonly #value: JsonObject;
  readonly #edited = new Set<string>();

  private constructor(original: Buffer | undefined, value: JsonObject) {
    this.#original = original;
    this.#value = value;
  }

  /** Undefined when the bytes are not one JSON object. */
  static parse(body: Buffer): BodyEditor | undefined {
    try {
      const value = asObject(JSON.parse(body.toString('utf8')));
      return value && new BodyEditor(body, value);
    } catch {
      return undefined;
    }
  }

  /** A body made here, without a text to keep. */
  static of(value: JsonObject): BodyEditor {
    return new BodyEditor(undefined, value);
  }

  /** The current values; change them only through `set` and `delete`. */
  get value(): Readonly<JsonObject> {
    return this.#value;
  }

  set(name: string, value: unknown): void {
    this.#value[name] = value;
    this.#edited.add(name);
  }

  delete(name: string): void {
    if (!(name in this.#value)) return;
    delete this.#value[name];
    this.#edited.add(name);
  }

  /** The edited text, or undefined when nothing was changed. */
  result(): Buffer | undefined {
    if (!this.#original) return Buffer.from(JSON.stringify(this.#value));
    if (this.#edited.size === 0) return undefined;
    let text: string | undefined = this.#original.toString('latin1');
    for (const name of this.#edited) {
      const raw = name in this.#value ? toJsonText(this.#value[name]) : undefined;
      text = text === undefined ? undefined : editJsonText(text, [name], raw);
    }
    return text === undefined ? Buffer.from(JSON.stringify(this.#value)) : Buffer.from(text, 'latin1');
  }
}
