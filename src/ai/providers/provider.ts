/** What the proxy needs of a vendor. Everything here is per chain; what belongs to one request is in the translation that a provider makes for it. */
import type { MaybePromise } from '#lib/maybe-promise.ts';
import type { HeaderPatch, Headers, SseEvent } from '#plugin-sdk/hooks.ts';
import type { HostServices } from '#plugin-sdk/host.ts';
import type { ApiName, DetectedApi } from '../api.ts';
import type { VendorError } from '../errors.ts';
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
  /** Small edits of a body that stays OpenAI-shaped; undefined as a value deletes the member. `asked`: the Messages request that the body was made of. */
  adjust?(api: ApiName, body: Readonly<JsonObject>, asked?: Readonly<JsonObject>): Readonly<Record<string, unknown>>;
  /** A step for streams that stay OpenAI-shaped but need mending. */
  mendStream?(): StreamStep;
  /** APIs that only this vendor's paths name (its native protocol); asked before the common table. `path` has no query. */
  detect?(path: string): DetectedApi | undefined;
  /** The last word on an upstream path with query, for vendors whose credentials may stand in the query. A path that a translation names is left alone. */
  finishPath?(path: string, call: VendorCall): string;
  /** Upstream path with query where the model stands in it and the body needs no translation. `asked`: the caller's path with query, `basePath` removed. */
  pathForModel?(api: DetectedApi, model: string, asked: string): string | undefined;
  /** APIs whose bodies may come as multipart/form-data: a translation reads them as an object made by `readForm`, otherwise the field `model` is mapped. */
  readonly readsForms?: ReadonlySet<ApiName>;
  /** The chain is gone for good: give back what `host.shared` lent. */
  dispose?(): void;
  /** Credentials that must be fetched or made for one request. In place of `auth`. Throws `TranslationError`. */
  credentials?(call: VendorCall): MaybePromise<HeaderPatch>;
  /** The vendor speaks another language for this API. */
  translation?(api: DetectedApi, call: VendorCall): Translation | undefined;
  /** Headers that depend on the final bytes of a request, such as a signature. Asked last, for every request, bodies included. */
  sign?(request: FinalRequest): Readonly<Record<string, string>>;
  /** What the vendor says in an answer whose status is not 200; undefined = the common reader understands it. */
  readError?(text: string, status: number): VendorError | undefined;
}

/** What a vendor may know of one request and use for it. */
export interface VendorCall {
  /** Headers as the caller sent them, edits of earlier plugins included. */
  readonly headers: Headers;
  /** Path with query as the caller sent it, `basePath` removed. */
  readonly path: string;
  /** The token drawn for this request. */
  readonly token: string | undefined;
  readonly host: HostServices;
  readonly signal: AbortSignal;
}

/** A request as it leaves, for signatures. */
export interface FinalRequest {
  readonly method: string;
  readonly authority: string;
  /** With query. */
  readonly path: string;
  readonly body: Uint8Array;
  /** Wall clock, ms. */
  readonly now: number;
}

/** The one header that carries a token, its value being `prefix` + token. */
export interface HeaderAuth {
  /** Lower case. */
  readonly header: string;
  readonly prefix: string;
}

/**
 * How the token is sent. `bearer`: `Authorization: Bearer T`; `raw`: `Authorization: T`; `x-api-key`: that header. The caller's Authorization
 * goes no further, but with `none`.
 */
export type AuthStyle = 'bearer' | 'raw' | 'x-api-key' | 'none' | HeaderAuth;

export function headerAuth(style: AuthStyle): HeaderAuth | undefined {
  switch (style) {
    case 'none':
      return undefined;
    case 'bearer':
      return { header: 'authorization', prefix: 'Bearer ' };
    case 'raw':
      return { header: 'authorization', prefix: '' };
    case 'x-api-key':
      return { header: 'x-api-key', prefix: '' };
    default:
      return style;
  }
}

/** One request's way to a vendor and back. Made anew for each request. */
export interface Translation {
  /** OpenAI body, model already mapped, to the vendor's. Throws `TranslationError`. */
  request(body: JsonObject): MaybePromise<VendorRequest>;
  /** The vendor's whole answer with status 200 to an OpenAI object. Throws `TranslationError`. Absent: answers pass untouched. */
  response?(text: string, answer: VendorAnswer): OpenaiAnswer;
  /** The vendor's events to OpenAI chunks, closed by exactly one `[DONE]`. Absent: streams pass untouched. */
  stream?(answer: VendorAnswer): StreamStep;
  /** Reads a stream that is not Server-Sent Events; undefined for answers that are no such stream. What it yields goes through `stream`. */
  frames?(answer: VendorAnswer): FrameReader | undefined;
}

export interface VendorRequest {
  /** JSON, or bytes of another type that `headers` name. */
  readonly body: JsonObject | Uint8Array;
  /** In place of the path of the table; may have a query. */
  readonly path?: string;
  readonly authority?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OpenaiAnswer {
  readonly body: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Head of a vendor's answer. */
export interface VendorAnswer {
  readonly status: number;
  readonly headers: Headers;
}

/** Cuts a stream of bytes, split anywhere, into events. Throws `TranslationError` for bytes that are no such stream. */
export interface FrameReader {
  feed(part: Uint8Array): readonly SseEvent[];
}

/** A body that cannot be translated. `status`: what the caller gets. */
export class TranslationError extends Error {
  readonly status: number;
  /** Response-code-details in place of those of the step that failed. */
  readonly details: string | undefined;

  constructor(message: string, status = 500, details?: string) {
    super(message);
    this.name = 'TranslationError';
    this.status = status;
    this.details = details;
  }
}
