/** What the proxy needs of a vendor. Everything here is per chain; what belongs to one request is in the translation that a provider makes for it. */
import type { ApiName, DetectedApi } from '../api.ts';
import type { JsonObject } from '../json.ts';
import type { StreamStep } from '../stream.ts';

export interface Provider {
  readonly type: string;
  /** Upstream host; undefined keeps the caller's. */
  readonly host: string | undefined;
  /** Upstream path templates of the APIs that the vendor has. */
  readonly capabilities: Readonly<Partial<Record<ApiName, string>>>;
  /** Every request goes to exactly this path. */
  readonly fixedPath?: string | undefined;
  readonly auth: AuthStyle;
  /** Bodies of APIs that the vendor does not have pass byte for byte instead of being refused. */
  readonly passesUnknownApis: boolean;
  /** Bodies of these APIs are edited at all; absent = of all. */
  readonly editedApis?: ReadonlySet<ApiName>;
  /** `false`: no edit of bodies, no stream_options (type generic). */
  readonly editsBodies: boolean;
  /** Headers for every request of the vendor, given the caller's. */
  headers?(api: DetectedApi | undefined, has: (name: string) => boolean): Readonly<Record<string, string>>;
  /** Small edits of a body that stays OpenAI-shaped; undefined as a value deletes the member. */
  adjust?(api: ApiName, body: Readonly<JsonObject>): Readonly<Record<string, unknown>>;
  /** A step for streams that stay OpenAI-shaped but need mending. */
  mendStream?(): StreamStep;
  /** The vendor speaks another language for this API. */
  translation?(api: ApiName, now: () => number): Translation | undefined;
}

/**
 * How the token is sent. `bearer`: `Authorization: Bearer T`; `raw`: `Authorization: T`; `x-api-key`: that header and no Authorization;
 * `none`: the caller's Authorization passes.
 */
export type AuthStyle = 'bearer' | 'raw' | 'x-api-key' | 'none';

/** One request's way to a vendor and back. Made anew for each request. */
export interface Translation {
  /** OpenAI body, model already mapped, to the vendor's. Throws `TranslationError`. */
  request(body: JsonObject): JsonObject;
  /** The vendor's whole answer with status 200 to an OpenAI object. Throws `TranslationError`. */
  response(text: string): JsonObject;
  /** The vendor's events to OpenAI chunks, closed by exactly one `[DONE]`. */
  stream(): StreamStep;
}

/** A body that cannot be translated. `status`: what the caller gets. */
export class TranslationError extends Error {
  readonly status: number;

  constructor(message: string, status = 500) {
    super(message);
    this.name = 'TranslationError';
    this.status = status;
  }
}
