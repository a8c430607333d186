/** What Envoy tells of a request beside its headers: metadata of the gRPC stream, read when a plugin asks. */
import type { RequestFacts } from '#plugin-sdk/engine/slot.ts';
import type { Headers } from '#plugin-sdk/hooks.ts';

/** Names that the filter configuration must set under `initial_metadata`. */
export const FACT_METADATA = {
  routeName: 'x-higress-route',
  clusterName: 'x-higress-cluster',
  /** Only where a plugin says that it needs it. */
  sourceAddress: 'x-higress-source',
} as const;

/** Envoy's word for "there is none". */
const NONE = '-';

export type StreamMetadata = Pick<ReadonlyMap<string, string>, 'get'>;

export class StreamFacts implements RequestFacts {
  readonly startedMs = performance.now();
  readonly #metadata: StreamMetadata;
  #requestHeaders: Headers | undefined;
  #abort: AbortController | undefined;
  #aborted = false;

  constructor(metadata: StreamMetadata) {
    this.#metadata = metadata;
  }

  /** To be called with the first message. */
  requestHeaders(headers: Headers): void {
    this.#requestHeaders = headers;
  }

  get routeName(): string {
    return this.#said(FACT_METADATA.routeName);
  }

  get clusterName(): string {
    return this.#said(FACT_METADATA.clusterName);
  }

  get sourceAddress(): string {
    return this.#said(FACT_METADATA.sourceAddress);
  }

  get requestId(): string {
    return this.#requestHeaders?.get('x-request-id') ?? '';
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

  #said(name: string): string {
    const value = this.#metadata.get(name) ?? NONE;
    return value === NONE ? '' : value;
  }
}
