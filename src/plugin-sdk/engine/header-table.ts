/** Headers of one message while a chain works on them: reads see every edit, and the edits come out as what has to change on the wire. */
import type { HeaderPatch, Headers } from '../hooks.ts';

/** What must be done to the headers as they arrived. `set` replaces all values of a name; `append` adds lines after that. */
export interface HeaderEdits {
  readonly remove: readonly string[];
  readonly set: readonly (readonly [string, string])[];
  readonly append: readonly (readonly [string, string])[];
}

/** Names and values in turn: `[name, value, name, value]`. */
export type FlatHeaders = string[];

export class HeaderTable implements Headers {
  readonly #flat: FlatHeaders;
  /** Names with edits, in the order of the first one. */
  #dirty: string[] | undefined;

  /** Names must be in lower case; the list is the table's own from now on. */
  constructor(flat: FlatHeaders) {
    this.#flat = flat;
  }

  static from(headers: Readonly<Record<string, string | readonly string[]>>): HeaderTable {
    const flat: FlatHeaders = [];
    for (const [name, value] of Object.entries(headers)) {
      if (typeof value === 'string') flat.push(name.toLowerCase(), value);
      else for (const one of value) flat.push(name.toLowerCase(), one);
    }
    return new HeaderTable(flat);
  }

  get(name: string): string | undefined {
    const flat = this.#flat;
    for (let i = 0; i < flat.length; i += 2) if (flat[i] === name) return flat[i + 1];
    return undefined;
  }

  getAll(name: string): readonly string[] {
    const flat = this.#flat;
    const values: string[] = [];
    for (let i = 0; i < flat.length; i += 2) if (flat[i] === name) values.push(flat[i + 1]!);
    return values;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  *entries(): Iterable<readonly [string, string]> {
    const flat = this.#flat;
    for (let i = 0; i < flat.length; i += 2) yield [flat[i]!, flat[i + 1]!];
  }

  set(name: string, value: string): void {
    const flat = this.#flat;
    let at = -1;
    let same = false;
    for (let i = 0; i < flat.length; i += 2) {
      if (flat[i] !== name) continue;
      if (at >= 0) {
        flat.splice(i, 2);
        i -= 2;
        same = false;
        continue;
      }
      at = i;
      same = flat[i + 1] === value;
      flat[i + 1] = value;
    }
    if (at < 0) flat.push(name, value);
    if (!same) this.#touch(name);
  }

  append(name: string, value: string): void {
    this.#flat.push(name, value);
    this.#touch(name);
  }

  remove(name: string): void {
    const flat = this.#flat;
    let found = false;
    for (let i = flat.length - 2; i >= 0; i -= 2) {
      if (flat[i] !== name) continue;
      flat.splice(i, 2);
      found = true;
    }
    if (found) this.#touch(name);
  }

  /** Everything but `keep` goes, `headers` come. */
  replace(headers: Iterable<readonly [string, string]>, keep: ReadonlySet<string>): void {
    const names = new Set<string>();
    for (const [name] of this.entries()) if (!keep.has(name)) names.add(name);
    for (const name of names) this.remove(name);
    const set = new Set<string>();
    for (const [name, value] of headers) {
      if (set.has(name)) this.append(name, value);
      else this.set(name, value);
      set.add(name);
    }
  }

  /** `host` stands for `:authority`, which is its name inside the gateway. */
  apply(patch: HeaderPatch): void {
    if (patch.remove) for (const name of patch.remove) this.remove(canonical(name));
    if (patch.set) for (const name of Object.keys(patch.set)) this.set(canonical(name), patch.set[name]!);
    if (patch.append) for (const name of Object.keys(patch.append)) this.append(canonical(name), patch.append[name]!);
  }

  /** The edits since the last call, or undefined when nothing changed. */
  takeEdits(): HeaderEdits | undefined {
    if (this.#dirty === undefined) return undefined;
    const remove: string[] = [];
    const set: (readonly [string, string])[] = [];
    const append: (readonly [string, string])[] = [];
    const flat = this.#flat;
    for (const name of this.#dirty) {
      let there = false;
      for (let i = 0; i < flat.length; i += 2) {
        if (flat[i] !== name) continue;
        (there ? append : set).push([name, flat[i + 1]!]);
        there = true;
      }
      if (!there) remove.push(name);
    }
    this.#dirty = undefined;
    return { remove, set, append };
  }

  #touch(name: string): void {
    this.#dirty ??= [];
    if (!this.#dirty.includes(name)) this.#dirty.push(name);
  }
}

function canonical(name: string): string {
  const lower = name.toLowerCase();
  return lower === 'host' ? ':authority' : lower;
}
