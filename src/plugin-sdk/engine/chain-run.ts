/**
 * One request on its way through a chain: the state machine that the plugin server and the test harness share. The caller brings the messages in
 * their order (headers, then body as `demand` says, then the answer), waits for each outcome before the next call, and calls `close` once at the end.
 */
import { isEventStream } from '#lib/sse.ts';
import type { Headers, HookContext, LocalReply, ReplacementAnswer } from '../hooks.ts';
import type { HostServices } from '../host.ts';
import type { Chain } from './chain.ts';
import { type ContentDecoder, contentDecoder, isEncoded } from './content-decoder.ts';
import { Guard } from './guard.ts';
import { HeaderTable } from './header-table.ts';
import {
  isPromise,
  type MaybePromise,
  type Outcome,
  type RequestBodyMode,
  type ResponseBodyMode,
  UNCHANGED,
} from './outcome.ts';
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

  async #runRequestHeaders(headers: HeaderTable): Promise<Outcome> {
    for (const slot of this.#slots) {
      if (!slot.active || slot.hooks.onRequestHeaders === undefined) continue;
      const called = this.#guard.call(slot, () => slot.hooks.onRequestHeaders?.(slot));
      const result = isPromise(called) ? await called : called;
      if (this.#guard.failure) return this.#failed();
      if (result === undefined) continue;
      if (result.reply) return this.#reply(result.reply);
      if (result.headers) headers.apply(result.headers);
      if (result.reroute) this.#reroute = true;
      if (result.skipRequestBody) slot.wantsRequestBody = false;
      if (result.done) slot.active = false;
    }
    // Parts may grow or shrink on their way.
    if (this.requestBodyMode === 'stream') headers.remove('content-length');
    return this.#outcome(headers);
  }

  /** No plugin wants to hear more than what has come of the request. */
  get #lastOfRequest(): boolean {
    return this.#response === undefined && !this.wantsResponse && (this.#bodySeen || this.requestBodyMode === 'none');
  }

  /** The whole request body, after `requestBodyMode` `buffered`. */
  async requestBody(body: Buffer): Promise<Outcome> {
    let current = body;
    this.#bodySeen = true;
    for (const slot of this.#slots) {
      if (!slot.active || !slot.wantsRequestBody) continue;
      const { hooks } = slot;
      const seen = current;
      if (slot.needs.requestBody === 'stream') {
        const called = this.#guard.call(slot, () => hooks.onRequestPart?.(seen, true, slot));
        const result = isPromise(called) ? await called : called;
        if (this.#guard.failure) return this.#failed();
        if (result?.part !== undefined) current = toBuffer(result.part);
        continue;
      }
      const called = this.#guard.call(slot, () => hooks.onRequestBody?.(seen, slot));
      const result = isPromise(called) ? await called : called;
      if (this.#guard.failure) return this.#failed();
      if (result === undefined) continue;
      if (result.reply) return this.#reply(result.reply);
      if (result.body !== undefined) current = toBuffer(result.body);
      if (result.headers) this.#requestHeaders.apply(result.headers);
      if (result.reroute) this.#reroute = true;
      if (result.done) slot.active = false;
    }
    if (current === body) return this.#outcome(this.#requestHeaders);
    adjustLength(this.#requestHeaders, current);
    return this.#outcome(this.#requestHeaders, current);
  }

  /** One part of the request body, after `requestBodyMode` `stream`. */
  async requestPart(part: Buffer, end: boolean): Promise<Outcome> {
    let current = part;
    for (const slot of this.#slots) {
      if (!slot.active || !slot.wantsRequestBody) continue;
      const seen = current;
      const called = this.#guard.call(slot, () => slot.hooks.onRequestPart?.(seen, end, slot));
      const result = isPromise(called) ? await called : called;
      if (this.#guard.failure) return this.#failed();
      if (result?.part !== undefined) current = toBuffer(result.part);
    }
    return this.#outcome(undefined, current === part ? undefined : current);
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

  async #runResponseHeaders(headers: HeaderTable, noBody: boolean): Promise<Outcome> {
    let end = noBody;
    let replacement: ReplacementAnswer | undefined;
    for (let i = this.#slots.length - 1; i >= 0; i--) {
      const slot = this.#slots[i]!;
      if (!slot.active) continue;
      // The type as it reaches this plugin: one nearer to the upstream may turn another format into an event stream.
      slot.reading = readingOf(slot, isEventStream(headers.get('content-type')));
      if (slot.hooks.onResponseHeaders === undefined) continue;
      const called = this.#guard.call(slot, () => slot.hooks.onResponseHeaders?.(slot));
      const result = isPromise(called) ? await called : called;
      if (this.#guard.failure) return this.#failed();
      if (result === undefined) continue;
      if (result.reply) return this.#reply(result.reply);
      if (result.replace) {
        replacement = result.replace;
        for (const behind of this.#slots.slice(i + 1)) behind.reading = 'off';
        replaceHeaders(headers, replacement);
        end = false;
        i++;
        continue;
      }
      if (result.headers) headers.apply(result.headers);
      if (result.status !== undefined) headers.set(':status', String(result.status));
      if (result.readAs) slot.reading = readingAsked(slot, result.readAs);
      if (result.skipResponseBody) slot.reading = 'off';
    }
    if (end) await this.#endEvents();
    if (!end && this.responseBodyMode !== 'none') this.#unpack(headers);
    const mode = end ? 'none' : this.responseBodyMode;
    if (mode === 'stream' && !this.observesOnly) headers.remove('content-length');
    const outcome = this.#outcome(headers, undefined, mode === 'none');
    return replacement ? { ...outcome, replacement: replacement.body } : outcome;
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
  async responseBody(came: Buffer): Promise<Outcome> {
    const headers = this.#responseHeaders ?? new HeaderTable([]);
    let body = came;
    if (this.#decoder) {
      try {
        body = await this.#decoder.feed(came, true);
      } catch (error) {
        return this.#reply(undecodable(error));
      }
    }
    const flow = new Flow(body, true);
    for (let i = this.#slots.length - 1; i >= 0; i--) {
      const slot = this.#slots[i]!;
      if (!slot.active) continue;
      if (slot.reading === 'events') await flow.events(slot, this.#guard);
      else if (slot.reading === 'parts') await flow.part(slot, this.#guard);
      else if (slot.reading === 'whole') {
        const called = this.#guard.call(slot, () => slot.hooks.onResponseBody?.(flow.bytes(), slot));
        const result = isPromise(called) ? await called : called;
        if (result?.reply) return this.#reply(result.reply);
        if (result?.body !== undefined) flow.replace(toBuffer(result.body));
        if (result?.headers) headers.apply(result.headers);
        if (result?.status !== undefined) headers.set(':status', String(result.status));
      }
      if (this.#guard.failure) return this.#failed();
    }
    const bytes = flow.bytes();
    if (bytes === came || this.observesOnly) return this.#outcome(headers, undefined, true);
    adjustLength(headers, bytes);
    return this.#outcome(headers, bytes, true);
  }

  /** One part of the response body, after `responseBodyMode` `stream`. */
  responsePart(came: Buffer, end: boolean): MaybePromise<Outcome> {
    if (this.#decoder) return this.#packedPart(this.#decoder, came, end);
    const bytes = flowPart(this.#slots, this.#guard, came, end);
    return isPromise(bytes) ? bytes.then((flown) => this.#flown(came, flown, end)) : this.#flown(came, bytes, end);
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

  #flown(came: Buffer, bytes: Buffer, end: boolean): Outcome {
    if (this.#guard.failure) return { abort: this.#guard.failure.details, effects: this.#guard.effects.take() };
    return this.#outcome(undefined, bytes === came ? undefined : bytes, end);
  }

  /** Headers of the answer as they stand. */
  get answerHeaders(): HeaderTable {
    return this.#responseHeaders ?? new HeaderTable([]);
  }

  /** The request is over, whole or broken off: what is still open is closed, and `onLog` runs if it has not. Returns effects that no reply carried. */
  async close(): Promise<Outcome> {
    this.#decoder?.close();
    if (!this.#logged) await this.#breakOff();
    this.#log();
    if (this.#chain.has.end) await this.#end();
    if (this.#timed) observeTimes(this.#slots);
    const effects = this.#guard.effects.take();
    return effects === undefined ? UNCHANGED : { effects };
  }

  /** Tells plugins that read a stream that nothing more will come of it; each hears what those behind it have to say about that. */
  async #breakOff(): Promise<void> {
    if (this.#response === undefined || this.responseBodyMode !== 'stream') return this.#endEvents();
    await flowPart(this.#slots, this.#guard, EMPTY, true);
  }

  /** Tells plugins that wait for events that none will come any more. */
  async #endEvents(): Promise<void> {
    const open = this.#slots.filter((slot) => slot.active && slot.reading === 'events' && !slot.ended);
    if (open.length > 0) await flowPart(open, this.#guard, EMPTY, true);
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
