/** What Envoy tells of a request beside its headers, decoded when a plugin asks. */
import type { RequestFacts } from '#plugin-sdk/engine/slot.ts';
import { readAttributes } from './read.ts';

/** Attribute names that the filter configuration must list under `request_attributes`. */
export const REQUEST_ATTRIBUTES = ['xds.route_name', 'xds.cluster_name', 'source.address', 'request.id'] as const;

export class StreamFacts implements RequestFacts {
  readonly startedMs = performance.now();
  #raw: Buffer | undefined;
  #attributes: Record<string, string> | undefined;
  #abort: AbortController | undefined;
  #aborted = false;

  /** The attributes of the first message that has some. */
  attributes(raw: Buffer): void {
    this.#raw ??= raw;
  }

  get routeName(): string {
    return this.#attribute('xds.route_name');
  }

  get clusterName(): string {
    return this.#attribute('xds.cluster_name');
  }

  get sourceAddress(): string {
    return this.#attribute('source.address');
  }

  get requestId(): string {
    return this.#attribute('request.id');
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#aborted) this.#abort.abort();
    }
    return this.#abort.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#abort?.abort();
  }

  #attribute(name: (typeof REQUEST_ATTRIBUTES)[number]): string {
    if (this.#attributes === undefined) {
      if (this.#raw === undefined) return '';
      this.#attributes = readAttributes(this.#raw);
    }
    return this.#attributes[name] ?? '';
  }
}
