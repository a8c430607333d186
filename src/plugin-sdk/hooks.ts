/**
 * Hooks of a plugin in the plugin server. Hooks return data (edits, replies, metadata); they never mutate what they are given.
 * Per-request state is what `newState` returns; nothing per request lives in the plugin or its module.
 */
import type { MaybePromise } from '#lib/maybe-promise.ts';
import type { SseEvent } from '#lib/sse.ts';
import type { HostServices } from './host.ts';

export type { SseEvent };

/** Body handling a hook asks for; the plugin server takes the strongest of all plugins of a chain. */
export interface HookNeeds {
  readonly requestHeaders?: boolean;
  /** `buffered`: one call with the whole body; `stream`: one call per part. */
  readonly requestBody?: 'none' | 'buffered' | 'stream';
  readonly responseHeaders?: boolean;
  /**
   * `buffered`: whole body. `stream`: parts as they come. `auto`: `text/event-stream` answers come event by event to `onSseEvent`,
   * all others whole to `onResponseBody`.
   */
  readonly responseBody?: 'none' | 'buffered' | 'stream' | 'auto';
  /** Response parts are only looked at, never changed: runs without delaying the answer. */
  readonly observeOnly?: boolean;
  /** The hooks read `sourceAddress`, which costs every request something. Default false: it is empty. */
  readonly sourceAddress?: boolean;
  /** `onResponseHeaders` may return `replace`. Default false: it must not. */
  readonly mayReplace?: boolean;
  /** Bytes that may be buffered per direction; default 100 MiB. */
  readonly bufferLimitBytes?: number;
}

/** Header names in lower case. Values of repeated headers are kept apart. */
export interface Headers {
  get(name: string): string | undefined;
  getAll(name: string): readonly string[];
  has(name: string): boolean;
  entries(): Iterable<readonly [string, string]>;
}

export interface HeaderPatch {
  /** Replace or create. */
  readonly set?: Readonly<Record<string, string>>;
  readonly append?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

/** Answer made by the plugin itself. `details` becomes the response-code-details of the access log. */
export interface LocalReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly details: string;
}

/** Things any hook may report besides its edits. */
export interface Effects {
  /** Merged into the JSON object that the access log prints as `ai_log`. */
  readonly aiLog?: Readonly<Record<string, unknown>>;
  /** Access-log fields of their own (`%FILTER_STATE(wasm.KEY:PLAIN)%` in the reference). */
  readonly logFields?: Readonly<Record<string, string>>;
  /** Dynamic metadata by namespace; Envoy takes those that the filter `ext_proc` lists. */
  readonly metadata?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface RequestHeadersResult extends Effects {
  readonly headers?: HeaderPatch;
  readonly reply?: LocalReply;
  /** Choose the route anew with the changed headers. */
  readonly reroute?: boolean;
  /** Keep the remaining request and response away from this plugin. */
  readonly done?: boolean;
  /** The request body is not wanted after all (for example another content type): do not buffer it for this plugin. */
  readonly skipRequestBody?: boolean;
}

export interface RequestBodyResult extends Effects {
  readonly body?: Uint8Array | string | undefined;
  readonly headers?: HeaderPatch;
  readonly reply?: LocalReply;
  readonly reroute?: boolean;
  readonly done?: boolean;
}

/** An answer that a plugin has got elsewhere, to stand where the upstream's stood. */
export interface ReplacementAnswer {
  readonly status: number;
  /** Lower-case names. `content-length` and the headers of the connection are left out on the way. */
  readonly headers: Readonly<Record<string, string>>;
  /** Read to its end, or left early when the client goes away. When it throws, the answer is broken off where it stands. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface ResponseHeadersResult extends Effects {
  readonly headers?: HeaderPatch;
  /**
   * The upstream's answer is dropped for this one. `onResponseHeaders` of the same plugin is called again with it, then the plugins before it in
   * request order see it as they would have seen the upstream's; plugins behind it see nothing more. Other fields of this result but effects do
   * not count.
   */
  readonly replace?: ReplacementAnswer;
  readonly status?: number;
  readonly reply?: LocalReply;
  /** The response body is not wanted after all. */
  readonly skipResponseBody?: boolean;
  /**
   * How this plugin wants to read this answer, now that its headers are known; absent = as `needs.responseBody` says. For streams that
   * are not Server-Sent Events (AWS event streams, JSON lines) a plugin that needs `auto` asks for `parts`.
   */
  readonly readAs?: 'whole' | 'parts' | 'events' | undefined;
  /** Text in the bytes of those events of this answer that `onSseEvent` gives `copies` for first: it is asked about them before those behind them are brought. */
  readonly copiesBehind?: string | undefined;
}

export interface ResponseBodyResult extends Effects {
  readonly body?: Uint8Array | string;
  readonly headers?: HeaderPatch;
  readonly status?: number;
  readonly reply?: LocalReply;
}

export interface StreamResult extends Effects {
  /** What leaves instead of the part; absent = the part unchanged, `[]` = nothing. */
  readonly events?: readonly SseEvent[];
  /**
   * Events that need not be brought to the hook until it has got another one: it would do to them what the rules say, report nothing, and be in the
   * same state afterwards. Each event says it anew; called at most once, before the next event. Only where `copiesBehind` was set; dropped where
   * something else looks at the answer.
   */
  readonly copies?: (() => readonly CopyRule[] | undefined) | undefined;
}

/** An event whose translation is the same for all strings, so that Envoy may do it where that costs less. Nothing depends on its being used. */
export interface CopyRule {
  /** The name that the event must have; absent: none. */
  readonly event?: string | undefined;
  /** Its data is `before`, the JSON text of a string, and `after`. It has no other fields. */
  readonly before: string;
  /** `ANY_SPACES` and `ANY_DIGITS` in it stand for what they say. */
  readonly after: string;
  /** Data of what leaves, around the same JSON text. Absent: there is no string in the event, and nothing leaves. */
  readonly becomes?: { readonly before: string; readonly after: string } | undefined;
  /** The string must not be empty. */
  readonly notEmpty?: boolean | undefined;
  /** `onCopied` gets the last such event: the state depends on it after all. */
  readonly remember?: boolean | undefined;
}

/** In `CopyRule.after`: spaces, or none. */
export const ANY_SPACES = '\0';
/** In `CopyRule.after`: one digit or more. */
export const ANY_DIGITS = '\x01';

export interface StreamPartResult extends Effects {
  readonly part?: Uint8Array | string;
}

/** What a hook knows of the request. */
export interface HookContext<S = unknown> {
  readonly state: S;
  readonly request: {
    /** Current headers: edits of earlier plugins are visible. */
    readonly headers: Headers;
    readonly method: string;
    /** Path with query. */
    readonly path: string;
    readonly authority: string;
    readonly scheme: string;
  };
  /** Set from onResponseHeaders on. */
  readonly response: { readonly headers: Headers; readonly status: number } | undefined;
  readonly routeName: string;
  /** `outbound|PORT||HOST` of the route's first destination; empty before a route is known. */
  readonly clusterName: string;
  /** Address and port of the client; empty unless `needs.sourceAddress` asks for it. */
  readonly sourceAddress: string;
  readonly requestId: string;
  /** Milliseconds on a monotonic clock when the request's headers arrived at the plugin server. */
  readonly startedMs: number;
  readonly host: HostServices;
  /** Aborted when the client or Envoy goes away. */
  readonly signal: AbortSignal;
}

/**
 * Order: requests run the plugins of a chain first to last, responses last to first. A hook that throws or rejects counts as a failure of that plugin:
 * failStrategy open = as if the hook had returned undefined and the plugin is out for the rest of this request; closed = 500, details `NAME.failed`.
 */
// biome-ignore lint/suspicious/noExplicitAny: state is private to the plugin; the server only hands it back
export interface FilterHooks<S = any> {
  readonly needs: HookNeeds;
  newState?(): S;
  onRequestHeaders?(context: HookContext<S>): MaybePromise<RequestHeadersResult | undefined>;
  onRequestBody?(body: Buffer, context: HookContext<S>): MaybePromise<RequestBodyResult | undefined>;
  onRequestPart?(part: Buffer, end: boolean, context: HookContext<S>): MaybePromise<StreamPartResult | undefined>;
  onResponseHeaders?(context: HookContext<S>): MaybePromise<ResponseHeadersResult | undefined>;
  onResponseBody?(body: Buffer, context: HookContext<S>): MaybePromise<ResponseBodyResult | undefined>;
  onResponsePart?(part: Buffer, end: boolean, context: HookContext<S>): MaybePromise<StreamPartResult | undefined>;
  /** `event` undefined = the stream ended (also when the upstream broke off): the last chance to emit events. Always called exactly once at the end. */
  onSseEvent?(event: SseEvent | undefined, context: HookContext<S>): MaybePromise<StreamResult | undefined>;
  /** The last event that was copied by a rule with `remember`, before the next one that is brought. */
  onCopied?(event: SseEvent, context: HookContext<S>): void;
  /**
   * Envoy needs the plugin server no more for this request. Once per request, also when another plugin answered or this one failed. A plugin that looks
   * at the parts of the answer, and it may be for nothing else, hears of the end of the whole exchange, however it came.
   */
  onEnd?(context: HookContext<S>): MaybePromise<void>;
  /** The chain is gone for good: give back what `host.shared` lent. */
  dispose?(): void;
  /** After the last byte or the abort; must not throw. */
  onLog?(context: HookContext<S>): Effects | undefined;
}
