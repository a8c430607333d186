import type { EncodedResource } from './encoded.ts';

const MARK_BITS = 64;

/** The resources of one type with a version over all of them, kept up to date by adding and taking away each resource's mark. */
export class TypeSnapshot {
  readonly #resources = new Map<string, EncodedResource>();
  #sum = 0n;

  /** 16 hex digits; equal for equal names and contents, whatever the order they came in. */
  get version(): string {
    return this.#sum.toString(16).padStart(16, '0');
  }

  get size(): number {
    return this.#resources.size;
  }

  get(name: string): EncodedResource | undefined {
    return this.#resources.get(name);
  }

  names(): IterableIterator<string> {
    return this.#resources.keys();
  }

  values(): IterableIterator<EncodedResource> {
    return this.#resources.values();
  }

  /** True when the content of this name changed. */
  put(name: string, resource: EncodedResource | undefined): boolean {
    const before = this.#resources.get(name);
    if (before?.version === resource?.version) {
      // Same content: the newer object carries the newer origins.
      if (resource !== undefined) this.#resources.set(name, resource);
      return false;
    }
    this.#sum = BigInt.asUintN(MARK_BITS, this.#sum - (before?.mark ?? 0n) + (resource?.mark ?? 0n));
    if (resource === undefined) this.#resources.delete(name);
    else this.#resources.set(name, resource);
    return true;
  }
}
