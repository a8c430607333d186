/**
 * One request on its way through a chain: the state machine that the plugin server and the test harness share. The caller brings the messages in
 * their order (headers, then body as `demand` says, then the answer), waits for each outcome before the next call, and calls `close` once at the end.
 */
import { firstOf, isPromise, type MaybePromise, whenThere } from '#lib/maybe-promise.ts';
import { isEventStream, parseSse } from '#lib/sse.ts';
import type {
  Headers,
  HookContext,
  LocalReply,
  ReplacementAnswer,
  RequestBodyResult,
  RequestHeadersResult,
  ResponseBodyResult,
  ResponseHeadersResult,
  StreamPartResult,
} from '../hooks.ts';
import type { HostServices } from '../host.ts';
import type { Chain } from './chain.ts';
import { type ContentDecoder, contentDecoder, isEncoded } from './content-decoder.ts';
import { copiesAfter, copyingSlot } from './copies.ts';
import { Guard } from './guard.ts';
import { HeaderTable } from './header-table.ts';
import { type Outcome, type RequestBodyMode, type ResponseBodyMode, UNCHANGED } from './outcome.ts';
import { replaceHeaders } from './replacement-headers.ts';
import { Flow, flowPart, toBuffer } from './response-flow.ts';
import { type RequestFacts, type RunView, readingAsked, readingOf, Slot } from './slot.ts';
import { observeTimes, timesOf } from './times.ts';

const EMPTY = Buffer.alloc(0);

export class ChainRun implements RunView {
  readonly facts: RequestFacts;
  readonly request: HookContext['request'];
  readonly #chain: Chain;
  readonly #slots: Slot[];
  readonly #guard = new Guard();
  #requestHeaders = new HeaderTable([]);
  #responseHeaders: HeaderTable | undefined;
  #response: { readonly headers: Headers; readonly status: number } | undefined;
  #decoder: ContentDecoder | undefined;
  /** The plugin whose rules count. */
  #copying: Slot | undefined;
  #reroute = false;
  #bodySeen = false;
  #logged = false;
  readonly #timed: boolean;

  /** `timed`: say what each plugin took, in metadata of the last reply and as a metric. */
  constructor(chain: Chain, facts: RequestFacts, hostOf: (plugin: string) => HostServices, timed = false) {
    this.facts = facts;
    this.#timed = timed;
    this.#chain = chain;
    this.#slots = chain.plugins.map((plugin, i) => new Slot(plugin, chain.pluginNeeds[i]!, hostOf(plugin.name), this));
    this.request = new RequestView(() => this.#requestHeaders);
  }

  get response(): { readonly headers: Headers; readonly status: number } | undefined {
    return this.#response;
  }

  /** How the request body has to come; final after `requestHeaders`. */
  get requestBodyMode(): RequestBodyMode {
    let mode: RequestBodyMode = 'none';
    for (const slot of this.#slots) {
      if (!slot.active || !slot.wantsRequestBody) continue;
      if (slot.needs.requestBody === 'buffered') return 'buffered';
      mode = 'stream';
    }
    return mode;
  }

  /** Whether some plugin wants anything of the answer; final after the request is through. */
  get wantsResponse(): boolean {
    if (!this.#chain.needs.responseHeaders) return false;
    return this.#slots.some(
      (slot) => slot.active && (slot.needs.responseHeaders === true || (slot.needs.responseBody ?? 'none') !== 'none'),
    );
  }

  /** How the response body has to come; final after `responseHeaders`. */
  get responseBodyMode(): ResponseBodyMode {
    let mode: ResponseBodyMode = 'none';
    for (const slot of this.#slots) {
      if (!slot.active || slot.reading === 'off') continue;
      if (slot.reading === 'whole') return 'buffered';
      mode = 'stream';
    }
    return mode;
  }

  /** Nothing of the response body is changed by any plugin. */
  get observesOnly(): boolean {
    return this.#chain.needs.observeOnly;
  }

  requestHeaders(headers: HeaderTable): MaybePromise<Outcome> {
    this.#requestHeaders = headers;
    // A plugin that reads the answer cannot read it compressed.
    if (this.#chain.needs.responseBody !== 'none') headers.remove('accept-encoding');
    if (!this.#chain.has.requestHeaders && this.#chain.needs.requestBody !== 'stream') return this.#outcome(headers);
    return this.#runRequestHeaders(headers);
  }

  #runRequestHeaders(headers: HeaderTable): MaybePromise<Outcome> {
    const ended = firstOf(this.#slots, (slot) => {
      if (!slot.active || slot.hooks.onRequestHeaders === undefined) return undefined;
      const called = this.#guard.call(slot, () => slot.hooks.onRequestHeaders?.(slot));
      return whenThere(called, (result) => this.#takeRequestHeaders(slot, headers, result));
    });
    return whenThere(ended, (outcome) => {
      if (outcome) return outcome;
      // Parts may grow or shrink on their way.
      if (this.requestBodyMode === 'stream') headers.remove('content-length');
      return this.#outcome(headers);
    });
  }

  /** Returns what the request ends with, if it does. */
  #takeRequestHeaders(slot: Slot, headers: HeaderTable, result: RequestHeadersResult | undefined): Outcome | undefined {
    if (this.#guard.failure) return this.#failed();
    if (result === undefined) return undefined;
    if (result.reply) return this.#reply(result.reply);
    if (result.headers) headers.apply(result.headers);
    if (result.reroute) this.#reroute = true;
    if (result.skipRequestBody) slot.wantsRequestBody = false;
    if (result.done) slot.active = false;
    return undefined;
  }

  /** No plugin wants to hear more than what has come of the request. */
  get #lastOfRequest(): boolean {
    return this.#response === undefined && !this.wantsResponse && (this.#bodySeen || this.requestBodyMode === 'none');
  }

  /** The whole request body, after `requestBodyMode` `buffered`. */
  requestBody(body: Buffer): MaybePromise<Outcome> {
    this.#bodySeen = true;
    const pass: BodyPass = { bytes: body };
    const ended = firstOf(this.#slots, (slot) => {
      if (!slot.active || !slot.wantsRequestBody) return undefined;
      if (slot.needs.requestBody === 'stream') return this.#callRequestPart(slot, pass, true);
      const called = this.#guard.call(slot, () => slot.hooks.onRequestBody?.(pass.bytes, slot));
      return whenThere(called, (result) => this.#takeRequestBody(slot, pass, result));
    });
    return whenThere(ended, (outcome) => {
      if (outcome) return outcome;
      if (pass.bytes === body) return this.#outcome(this.#requestHeaders);
      adjustLength(this.#requestHeaders, pass.bytes);
      return this.#outcome(this.#requestHeaders, pass.bytes);
    });
  }

  #takeRequestBody(slot: Slot, pass: BodyPass, result: RequestBodyResult | undefined): Outcome | undefined {
    if (this.#guard.failure) return this.#failed();
    if (result === undefined) return undefined;
    if (result.reply) return this.#reply(result.reply);
    if (result.body !== undefined) pass.bytes = toBuffer(result.body);
    if (result.headers) this.#requestHeaders.apply(result.headers);
    if (result.reroute) this.#reroute = true;
    if (result.done) slot.active = false;
    return undefined;
  }

  /** One part of the request body, after `requestBodyMode` `stream`. */
  requestPart(part: Buffer, end: boolean): MaybePromise<Outcome> {
    const pass: BodyPass = { bytes: part };
    const ended = firstOf(this.#slots, (slot) => {
      if (!slot.active || !slot.wantsRequestBody) return undefined;
      return this.#callRequestPart(slot, pass, end);
    });
    return whenThere(
      ended,
      (outcome) => outcome ?? this.#outcome(undefined, pass.bytes === part ? undefined : pass.bytes),
    );
  }

  #callRequestPart(slot: Slot, pass: BodyPass, end: boolean): MaybePromise<Outcome | undefined> {
    const called = this.#guard.call(slot, () => slot.hooks.onRequestPart?.(pass.bytes, end, slot));
    return whenThere(called, (result: StreamPartResult | undefined) => {
      if (this.#guard.failure) return this.#failed();
      if (result?.part !== undefined) pass.bytes = toBuffer(result.part);
      return undefined;
    });
  }

  /** `headers` holds `:status`. `end`: no body follows. */
  responseHeaders(headers: HeaderTable, end: boolean): MaybePromise<Outcome> {
    this.#responseHeaders = headers;
    this.#response = new ResponseView(headers);
    if (!this.#chain.has.responseHeaders && this.#chain.needs.responseBody === 'none') {
      return this.#outcome(headers, undefined, end);
    }
    return this.#runResponseHeaders(headers, end);
  }

  #runResponseHeaders(headers: HeaderTable, noBody: boolean): MaybePromise<Outcome> {
    const pass: HeadersPass = { headers, end: noBody, replacement: undefined };
    const ended = this.#responseHeadersFrom(this.#slots.length - 1, pass);
    return whenThere(ended, (outcome) => outcome ?? this.#afterResponseHeaders(pass));
  }

  /** From the plugin `from` on, down to the first. Returns what the answer ends with, if it does. */
  #responseHeadersFrom(from: number, pass: HeadersPass): MaybePromise<Outcome | undefined> {
    for (let i = from; i >= 0; i--) {
      const slot = this.#slots[i]!;
      if (!slot.active) continue;
      // The type as it reaches this plugin: one nearer to the upstream may turn another format into an event stream.
      slot.reading = readingOf(slot, isEventStream(pass.headers.get('content-type')));
      if (slot.hooks.onResponseHeaders === undefined) continue;
      const called = this.#guard.call(slot, () => slot.hooks.onResponseHeaders?.(slot));
      if (isPromise(called)) {
        return called.then((result) => {
          const taken = this.#takeResponseHeaders(i, pass, result);
          return typeof taken === 'number' ? this.#responseHeadersFrom(taken, pass) : taken;
        });
      }
      const taken = this.#takeResponseHeaders(i, pass, called);
      if (typeof taken !== 'number') return taken;
      i = taken + 1;
    }
    return undefined;
  }

  /** Returns what the answer ends with, or which plugin is next. */
  #takeResponseHeaders(at: number, pass: HeadersPass, result: ResponseHeadersResult | undefined): Outcome | number {
    if (this.#guard.failure) return this.#failed();
    if (result === undefined) return at - 1;
    if (result.reply) return this.#reply(result.reply);
    const { headers } = pass;
    if (result.replace) {
      pass.replacement = result.replace;
      for (const behind of this.#slots.slice(at + 1)) behind.reading = 'off';
      replaceHeaders(headers, result.replace);
      pass.end = false;
      // The plugin itself sees the answer that it put there.
      return at;
    }
    const slot = this.#slots[at]!;
    if (result.headers) headers.apply(result.headers);
    if (result.status !== undefined) headers.set(':status', String(result.status));
    if (result.readAs) slot.reading = readingAsked(slot, result.readAs);
    slot.copiesBehind = result.copiesBehind;
    if (result.skipResponseBody) slot.reading = 'off';
    return at - 1;
  }

  #afterResponseHeaders({ headers, end, replacement }: HeadersPass): MaybePromise<Outcome> {
    return whenThere(end ? this.#endEvents() : undefined, () => {
      if (!end && this.responseBodyMode !== 'none') this.#unpack(headers);
      const mode = end ? 'none' : this.responseBodyMode;
      if (mode === 'stream' && !this.observesOnly) headers.remove('content-length');
      const outcome = this.#outcome(headers, undefined, mode === 'none');
      if (replacement) return { ...outcome, replacement: replacement.body };
      if (mode === 'stream' && !this.#decoder && !this.observesOnly) this.#copying = copyingSlot(this.#slots);
      const behind = this.#copying?.copiesBehind;
      return behind === undefined ? outcome : { ...outcome, copies: { behind, rules: [], crLf: false } };
    });
  }

  /** Lets plugins read a compressed answer, or keeps its body from them when the coding is unknown. */
  #unpack(headers: HeaderTable): void {
    const coding = headers.get('content-encoding');
    if (!isEncoded(coding)) return;
    this.#decoder = contentDecoder(coding, this.#chain.needs.bufferLimitBytes);
    if (this.#decoder === undefined) {
      for (const slot of this.#slots) slot.reading = 'off';
      this.#slots[0]?.host.log.warn(
        { coding, route: this.facts.routeName },
        'plugins cannot read an answer in this coding',
      );
    } else if (!this.observesOnly) {
      headers.remove('content-encoding');
      headers.remove('content-length');
    }
  }

  /** The whole response body, after `responseBodyMode` `buffered`. Status and headers may still change. */
  responseBody(came: Buffer): MaybePromise<Outcome> {
    if (this.#decoder === undefined) return this.#runResponseBody(came, came);
    return this.#decoder.feed(came, true).then(
      (body) => this.#runResponseBody(came, body),
      (error: unknown) => this.#reply(undecodable(error)),
    );
  }

  #runResponseBody(came: Buffer, body: Buffer): MaybePromise<Outcome> {
    const headers = this.answerHeaders;
    const flow = new Flow(body, true);
    const ended = firstOf(this.#slots.toReversed(), (slot) => this.#passResponseBody(slot, flow, headers));
    return whenThere(ended, (outcome) => {
      if (outcome) return outcome;
      const bytes = flow.bytes();
      if (bytes === came || this.observesOnly) return this.#outcome(headers, undefined, true);
      adjustLength(headers, bytes);
      return this.#outcome(headers, bytes, true);
    });
  }

  #passResponseBody(slot: Slot, flow: Flow, headers: HeaderTable): MaybePromise<Outcome | undefined> {
    if (!slot.active) return undefined;
    const failed = () => (this.#guard.failure ? this.#failed() : undefined);
    if (slot.reading === 'events') return whenThere(flow.events(slot, this.#guard), failed);
    if (slot.reading === 'parts') return whenThere(flow.part(slot, this.#guard), failed);
    if (slot.reading !== 'whole') return undefined;
    const called = this.#guard.call(slot, () => slot.hooks.onResponseBody?.(flow.bytes(), slot));
    return whenThere(called, (result: ResponseBodyResult | undefined) => {
      if (result?.reply) return this.#reply(result.reply);
      if (result?.body !== undefined) flow.replace(toBuffer(result.body));
      if (result?.headers) headers.apply(result.headers);
      if (result?.status !== undefined) headers.set(':status', String(result.status));
      return failed();
    });
  }

  /** One part of the response body, after `responseBodyMode` `stream`. */
  responsePart(came: Buffer, end: boolean): MaybePromise<Outcome> {
    if (this.#decoder) return this.#packedPart(this.#decoder, came, end);
    return whenThere(flowPart(this.#slots, this.#guard, came, end), (bytes) => this.#flown(came, bytes, end));
  }

  async #packedPart(decoder: ContentDecoder, came: Buffer, end: boolean): Promise<Outcome> {
    let part: Buffer;
    try {
      part = await decoder.feed(came, end);
    } catch (error) {
      return { abort: undecodable(error).details, effects: this.#guard.effects.take() };
    }
    return this.#flown(came, await flowPart(this.#slots, this.#guard, part, end), end);
  }

  /** The last event that the transport has translated itself and that is to be remembered; before the next part. */
  copied(bytes: Buffer): void {
    const slot = this.#copying;
    const [event] = parseSse(bytes);
    if (!slot?.active || event === undefined) return;
    this.#guard.call(slot, () => {
      slot.hooks.onCopied?.(event, slot);
      return undefined;
    });
  }

  #flown(came: Buffer, bytes: Buffer, end: boolean): Outcome {
    if (this.#guard.failure) return { abort: this.#guard.failure.details, effects: this.#guard.effects.take() };
    const outcome = this.#outcome(undefined, bytes === came ? undefined : bytes, end);
    const copies = end || this.#copying === undefined ? undefined : copiesAfter(this.#copying, came);
    return copies === undefined ? outcome : { ...outcome, copies };
  }

  /** Headers of the answer as they stand. */
  get answerHeaders(): HeaderTable {
    return this.#responseHeaders ?? new HeaderTable([]);
  }

  /** The request is over, whole or broken off: what is still open is closed, and `onLog` runs if it has not. Returns effects that no reply carried. */
  close(): MaybePromise<Outcome> {
    this.#decoder?.close();
    return whenThere(this.#logged ? undefined : this.#breakOff(), () => {
      this.#log();
      return whenThere(this.#chain.has.end ? this.#end() : undefined, () => {
        if (this.#timed) observeTimes(this.#slots);
        const effects = this.#guard.effects.take();
        return effects === undefined ? UNCHANGED : { effects };
      });
    });
  }

  /** Tells plugins that read a stream that nothing more will come of it; each hears what those behind it have to say about that. */
  #breakOff(): MaybePromise<unknown> {
    if (this.#response === undefined || this.responseBodyMode !== 'stream') return this.#endEvents();
    return flowPart(this.#slots, this.#guard, EMPTY, true);
  }

  /** Tells plugins that wait for events that none will come any more. */
  #endEvents(): MaybePromise<unknown> {
    const open = this.#slots.filter((slot) => slot.active && slot.reading === 'events' && !slot.ended);
    return open.length > 0 ? flowPart(open, this.#guard, EMPTY, true) : undefined;
  }

  #log(): void {
    if (this.#logged) return;
    this.#logged = true;
    if (this.#chain.has.log) {
      for (const slot of this.#slots) {
        if (slot.active && slot.hooks.onLog !== undefined) this.#guard.call(slot, () => slot.hooks.onLog?.(slot));
      }
    }
  }

  async #end(): Promise<void> {
    for (const slot of this.#slots) {
      if (slot.hooks.onEnd === undefined) continue;
      await this.#guard.call(slot, async () => {
        await slot.hooks.onEnd?.(slot);
        return undefined;
      });
    }
  }

  #failed(): Outcome {
    return this.#reply(this.#guard.failure!);
  }

  #reply(reply: LocalReply): Outcome {
    this.#response = { headers: HeaderTable.from(reply.headers ?? {}), status: reply.status };
    this.#log();
    if (this.#timed) this.#guard.effects.add(timesOf(this.#slots));
    return { reply, effects: this.#guard.effects.take() };
  }

  #outcome(headers: HeaderTable | undefined, body?: Buffer, last = false): Outcome {
    // The log hooks run before the last reply leaves, so that their fields reach the access log.
    if (last) this.#log();
    if (this.#timed && (last || this.#lastOfRequest)) this.#guard.effects.add(timesOf(this.#slots));
    const edits = headers?.takeEdits();
    const effects = this.#guard.effects.take();
    const reroute = this.#reroute;
    this.#reroute = false;
    if (edits === undefined && effects === undefined && body === undefined && !reroute) return UNCHANGED;
    return { headers: edits, body, reroute, effects };
  }
}

/** A body on its way through the plugins. */
interface BodyPass {
  bytes: Buffer;
}

/** An answer's head on its way; `end`: no body follows. */
interface HeadersPass {
  readonly headers: HeaderTable;
  end: boolean;
  replacement: ReplacementAnswer | undefined;
}

function undecodable(error: unknown): LocalReply {
  return {
    status: 502,
    body: error instanceof Error ? error.message : String(error),
    details: 'response_decoding_failed',
  };
}

function adjustLength(headers: HeaderTable, body: Buffer): void {
  if (headers.has('content-length')) headers.set('content-length', String(body.length));
}

class RequestView {
  readonly #table: () => HeaderTable;

  constructor(table: () => HeaderTable) {
    this.#table = table;
  }

  get headers(): Headers {
    return this.#table();
  }

  get method(): string {
    return this.#table().get(':method') ?? '';
  }

  get path(): string {
    return this.#table().get(':path') ?? '';
  }

  get authority(): string {
    return this.#table().get(':authority') ?? '';
  }

  get scheme(): string {
    return this.#table().get(':scheme') ?? 'http';
  }
}

class ResponseView {
  readonly headers: HeaderTable;

  constructor(headers: HeaderTable) {
    this.headers = headers;
  }

  get status(): number {
    return Number(this.headers.get(':status') ?? 0);
  }
}
