/** One kind's objects as the model knows them, by key, with what is wrong with them. An object that turns bad keeps its last good version. */
import type { Problem } from '#ir/types.ts';
import { Few } from '#lib/few.ts';
import { sha256 } from '#lib/hash.ts';
import type { KubeObject, Parsed, RawDocument } from '#model/object.ts';
import type { ParseDefaults } from '#model/parse.ts';
import type { RawObject, ReflectorSink } from './reflector.ts';

export interface CollectionOptions<T extends KubeObject> {
  readonly kind: string;
  readonly apiVersion: string;
  readonly parse: (raw: RawDocument, defaults: ParseDefaults) => Parsed<T>;
  /** Objects that are of no interest are forgotten at once. */
  readonly wanted?: (object: RawObject) => boolean;
  /** What else of an object somebody here needs to see (its status, say); it is no part of the World. */
  readonly aside?: (object: RawObject) => unknown;
  readonly onChange: () => void;
  /** Only what stands aside changed. */
  readonly onAside: () => void;
  readonly onFailed: (error: Error) => void;
  readonly onRecovered: () => void;
}

interface Entry<T> {
  readonly aside: unknown;
  readonly version: string | undefined;
  /** Hash of what the model could see of it, so that a change of the status alone is none. */
  readonly content: string;
  readonly object: T | undefined;
}

/** kubectl keeps whole objects in it. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const KEPT = 'the last valid version stays in force';

export class Collection<T extends KubeObject> implements ReflectorSink {
  readonly #options: CollectionOptions<T>;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #wrong = new Few<Problem>();
  #listed = new Set<string>();
  #objects: readonly T[] | undefined;
  #problems: readonly Problem[] | undefined;
  /** The first list is complete. */
  synced = false;

  constructor(options: CollectionOptions<T>) {
    this.#options = options;
  }

  /** The same list as long as nothing changed. */
  get objects(): readonly T[] {
    if (this.#objects === undefined) {
      const objects: T[] = [];
      for (const { object } of this.#entries.values()) if (object !== undefined) objects.push(object);
      this.#objects = objects;
    }
    return this.#objects;
  }

  get problems(): readonly Problem[] {
    this.#problems ??= this.#wrong.all();
    return this.#problems;
  }

  aside(namespace: string, name: string): unknown {
    return this.#entries.get(`${namespace}/${name}`)?.aside;
  }

  listing(): void {
    this.#listed = new Set();
  }

  seen(object: RawObject): void {
    this.#listed.add(keyOf(object));
    this.#put(object);
  }

  listed(): void {
    for (const key of this.#entries.keys()) if (!this.#listed.has(key)) this.#remove(key);
    this.#listed = new Set();
    this.synced = true;
    this.#options.onChange();
  }

  changed(object: RawObject): void {
    if (this.#put(object)) this.#options.onChange();
  }

  deleted(object: RawObject): void {
    if (this.#remove(keyOf(object))) this.#options.onChange();
  }

  /**
   * The server's answer to a write of our own, which may be here before the watch tells it: whoever compares next must not write once more. An answer that
   * holds more than the write, or comes too late, is left to the watch.
   */
  wrote(raw: RawObject): void {
    const before = this.#entries.get(keyOf(raw));
    const version = raw.metadata.resourceVersion;
    if (before === undefined || !isNewer(version, before.version)) return;
    if (contentOf(this.#valueOf(raw)) !== before.content) return;
    this.#entries.set(keyOf(raw), { ...before, version, aside: this.#options.aside?.(raw) });
  }

  failed(error: Error): void {
    this.#options.onFailed(error);
  }

  recovered(): void {
    this.#options.onRecovered();
  }

  #put(raw: RawObject): boolean {
    const { parse, wanted } = this.#options;
    const key = keyOf(raw);
    if (wanted?.(raw) === false) return this.#remove(key);
    const version = raw.metadata.resourceVersion;
    const before = this.#entries.get(key);
    if (before !== undefined && version !== undefined && before.version === version) return false;
    const value = this.#valueOf(raw);
    const aside = this.#options.aside?.(raw);
    const content = contentOf(value);
    if (before?.content === content) {
      this.#entries.set(key, { ...before, version, aside });
      if (aside !== undefined || before.aside !== undefined) this.#options.onAside();
      return false;
    }
    const { object, problems } = parse({ value }, { namespace: '' });
    const good = object ?? before?.object;
    this.#entries.set(key, { version, content, aside, object: good });
    const kept = object === undefined && good !== undefined;
    const hint = (one: Problem) => (one.hint === undefined ? KEPT : `${one.hint}; ${KEPT}`);
    this.#wrong.set(key, kept ? problems.map((one) => ({ ...one, hint: hint(one) })) : problems);
    this.#forget();
    return true;
  }

  #valueOf(raw: RawObject): RawObject {
    const { kind, apiVersion } = this.#options;
    return { kind, apiVersion, ...lean(raw) };
  }

  #remove(key: string): boolean {
    if (!this.#entries.delete(key)) return false;
    this.#wrong.delete(key);
    this.#forget();
    return true;
  }

  #forget(): void {
    this.#objects = undefined;
    this.#problems = undefined;
  }
}

/** Without what nobody here reads and what would otherwise be held for every object, and without the kind, which lists leave out. */
function lean({ status: _status, kind: _kind, apiVersion: _apiVersion, ...raw }: RawObject): RawObject {
  const {
    managedFields: _managed,
    annotations,
    ...metadata
  } = raw.metadata as RawObject['metadata'] & {
    managedFields?: unknown;
    annotations?: Readonly<Record<string, string>>;
  };
  const { [LAST_APPLIED]: _applied, ...notes } = annotations ?? {};
  return { ...raw, metadata: { ...metadata, annotations: notes } as RawObject['metadata'] };
}

/** The server writes the same object in the same order. */
function contentOf(value: RawObject): string {
  return sha256(JSON.stringify({ ...value, metadata: { ...value.metadata, resourceVersion: undefined } }));
}

/** Resource versions are decimal numbers that grow (Kubernetes 1.35 says so of all its kinds). What is none of these is not newer. */
function isNewer(version: string | undefined, before: string | undefined): boolean {
  const isNumber = (text: string | undefined): text is string => text !== undefined && /^\d+$/.test(text);
  return isNumber(version) && isNumber(before) && BigInt(version) > BigInt(before);
}

function keyOf({ metadata }: RawObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
