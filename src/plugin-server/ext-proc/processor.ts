/** Translates between Envoy's messages and the chain engine, for one request: a message in, the bytes of its reply out. */
import { type MaybePromise, whenThere } from '#lib/maybe-promise.ts';
import type { Chain } from '#plugin-sdk/engine/chain.ts';
import { ChainRun } from '#plugin-sdk/engine/chain-run.ts';
import { EffectBox } from '#plugin-sdk/engine/effects.ts';
import { HeaderTable } from '#plugin-sdk/engine/header-table.ts';
import { type Copies, type Outcome, UNCHANGED } from '#plugin-sdk/engine/outcome.ts';
import { type ReplacedPart, replacedAnswer } from '#plugin-sdk/engine/replaced-answer.ts';
import type { HostServices } from '#plugin-sdk/host.ts';
import { StreamFacts, type StreamMetadata } from './facts.ts';
import { BODY_MODE, type Incoming, readHeaders } from './read.ts';
import { CONTINUE, type ModeOverride, type ReplyKind, writeImmediate, writePart, writeReply } from './write.ts';

/** `end`: this reply is the last one; `error`: the stream must fail instead, so that Envoy breaks off the answer. */
export type Processed =
  /** An answer that takes the place of the upstream's: to be written as it comes, whatever Envoy still sends. */
  | { readonly frames: AsyncIterable<Buffer | { readonly error: string }> }
  | { readonly bytes: Buffer; readonly end?: boolean; readonly copies?: Copies | undefined }
  | { readonly error: string }
  | { readonly bytes: undefined };

const CONTINUED: Readonly<Record<ReplyKind, Processed>> = {
  requestHeaders: { bytes: CONTINUE.requestHeaders },
  requestBody: { bytes: CONTINUE.requestBody },
  requestTrailers: { bytes: CONTINUE.requestTrailers },
  responseHeaders: { bytes: CONTINUE.responseHeaders },
  responseBody: { bytes: CONTINUE.responseBody },
  responseTrailers: { bytes: CONTINUE.responseTrailers },
};

const DUPLEX: ModeOverride = { responseHeaders: true, requestBody: BODY_MODE.none, responseBody: BODY_MODE.duplex };

const NOTHING: Processed = { bytes: undefined };

export class Processor {
  readonly facts: StreamFacts;
  readonly #chain: Chain;
  readonly #run: ChainRun;
  /** What Envoy does with the bodies of this request at the moment. */
  #requestMode: number;
  #responseMode: number;
  /** Plugins that only look run behind the replies; what they report goes with the last one. */
  #observing: Promise<void> | undefined;
  readonly #observed = new EffectBox();
  /** The last message that plugins care for has been answered. */
  finished = false;

  /** `metadata`: of the stream. */
  constructor(chain: Chain, metadata: StreamMetadata, hostOf: (plugin: string) => HostServices) {
    this.#chain = chain;
    this.facts = new StreamFacts(metadata);
    this.#run = new ChainRun(chain, this.facts, hostOf, true);
    this.#requestMode = BODY_MODE[chain.needs.requestBody];
    this.#responseMode = chain.needs.responseBody === 'none' ? BODY_MODE.none : BODY_MODE.stream;
  }

  /** Nothing more is to be said on the stream, and no plugin waits for the end of the exchange, which is when Envoy ends it. */
  get letsGo(): boolean {
    return this.finished && !this.#chain.has.end;
  }

  process(message: Incoming): MaybePromise<Processed> {
    if (message.modes) {
      this.#requestMode = message.modes.requestBody;
      this.#responseMode = message.modes.responseBody;
    }
    switch (message.kind) {
      case 'requestHeaders': {
        const headers = tableOf(message);
        this.facts.requestHeaders(headers);
        return whenThere(this.#run.requestHeaders(headers), (outcome) => this.#afterRequestHeaders(outcome));
      }
      case 'requestBody':
        return this.#requestBody(message);
      case 'responseHeaders':
        return whenThere(this.#run.responseHeaders(tableOf(message), message.endOfStream), (outcome) =>
          this.#afterResponseHeaders(outcome, message.endOfStream),
        );
      case 'responseBody':
        return this.#responseBody(message);
      case 'requestTrailers':
      case 'responseTrailers':
        return CONTINUED[message.kind];
      default:
        return NOTHING;
    }
  }

  /** An event of the answer, as it came, that was translated without the plugins and that they want to know of; nothing is under way. */
  copied(event: Buffer): void {
    this.#run.copied(event);
  }

  /** Whatever happened: runs what plugins have for the end of a request. Call once, when the stream is gone. */
  close(): MaybePromise<unknown> {
    return whenThere(this.#observing, () => this.#run.close());
  }

  #afterRequestHeaders(outcome: Outcome): Processed {
    if (outcome.reply) return this.#immediate(outcome);
    const requestBody = BODY_MODE[this.#run.requestBodyMode];
    const responseHeaders = this.#run.wantsResponse;
    const responseBody = responseHeaders ? this.#responseMode : BODY_MODE.none;
    const asConfigured =
      requestBody === this.#requestMode &&
      responseBody === this.#responseMode &&
      responseHeaders === this.#chain.needs.responseHeaders;
    if (asConfigured) return this.#reply('requestHeaders', outcome);
    this.#requestMode = requestBody;
    this.#responseMode = responseBody;
    return this.#reply('requestHeaders', outcome, { responseHeaders, requestBody, responseBody });
  }

  #afterResponseHeaders(outcome: Outcome, end: boolean): Processed {
    if (outcome.reply) return this.#immediate(outcome);
    if (outcome.replacement) return { frames: this.#replace(outcome, end) };
    const wanted = BODY_MODE[this.#run.responseBodyMode];
    if (end || wanted === BODY_MODE.none) this.finished = true;
    if (end || wanted === this.#responseMode) return this.#reply('responseHeaders', outcome);
    this.#responseMode = wanted;
    return this.#reply('responseHeaders', outcome, {
      responseHeaders: true,
      requestBody: this.#requestMode,
      responseBody: wanted,
    });
  }

  #requestBody(message: Incoming): MaybePromise<Processed> {
    const { bytes, endOfStream } = message;
    const mode = this.#run.requestBodyMode;
    if (mode === 'none') return CONTINUED.requestBody;
    if (mode === 'stream') {
      return whenThere(this.#run.requestPart(bytes, endOfStream), (outcome) => this.#reply('requestBody', outcome));
    }
    return whenThere(this.#run.requestBody(bytes), (outcome) => this.#reply('requestBody', outcome));
  }

  #responseBody(message: Incoming): MaybePromise<Processed> {
    const { bytes, endOfStream } = message;
    const mode = this.#run.responseBodyMode;
    if (mode === 'none') return CONTINUED.responseBody;
    if (mode === 'stream') {
      if (this.#run.observesOnly) return this.#observe(bytes, endOfStream);
      const outcome = this.#run.responsePart(bytes, endOfStream);
      return whenThere(outcome, (value) => this.#responseReply(value, endOfStream));
    }
    return whenThere(this.#run.responseBody(bytes), (outcome) => this.#responseReply(outcome, true));
  }

  #observe(part: Buffer, end: boolean): MaybePromise<Processed> {
    // A copy: the part waits for its turn, and its bytes are a view of a socket read.
    const copy = this.#observing === undefined ? part : Buffer.from(part);
    const look = async (): Promise<void> => {
      const { effects } = await this.#run.responsePart(copy, end);
      if (effects) this.#observed.add(effects);
    };
    this.#observing = this.#observing === undefined ? look() : this.#observing.then(look);
    if (!end) return CONTINUED.responseBody;
    return this.#observing.then(() => this.#responseReply({ effects: this.#observed.take() }, true));
  }

  #responseReply(outcome: Outcome, end: boolean): Processed {
    if (end) this.finished = true;
    if (outcome.abort !== undefined) return { error: outcome.abort };
    return this.#reply('responseBody', outcome);
  }

  /** `noBody`: the upstream's answer ends with its headers. Envoy takes no further body then, only a whole answer. */
  async *#replace(head: Outcome, noBody: boolean): AsyncIterable<Buffer | { readonly error: string }> {
    const { bufferLimitBytes } = this.#chain.needs;
    const parts = replacedAnswer(this.#run, head, bufferLimitBytes);
    if (noBody) {
      yield await this.#gathered(parts, bufferLimitBytes);
    } else {
      for await (const { headers, body, end, effects, reply, abort } of parts) {
        this.finished = end;
        if (reply) yield writeImmediate(reply, effects);
        else if (abort !== undefined) yield { error: abort };
        else if (headers || body === undefined) yield writeReply('responseHeaders', { headers, effects, mode: DUPLEX });
        else if (end || body.length > 0 || effects) yield writePart(body, end, effects);
      }
    }
    this.finished = true;
  }

  async #gathered(
    parts: AsyncIterable<ReplacedPart>,
    limitBytes: number,
  ): Promise<Buffer | { readonly error: string }> {
    const bodies: Buffer[] = [];
    const box = new EffectBox();
    let size = 0;
    for await (const { body, effects, reply, abort } of parts) {
      if (effects) box.add(effects);
      if (reply) return writeImmediate(reply, box.take());
      size += body?.length ?? 0;
      if (abort !== undefined || size > limitBytes) return { error: abort ?? 'the answer is too large' };
      if (body) bodies.push(body);
    }
    const { answerHeaders } = this.#run;
    const headers = Object.fromEntries([...answerHeaders.entries()].filter(([name]) => !name.startsWith(':')));
    const status = Number(answerHeaders.get(':status') ?? 200);
    return writeImmediate({ status, headers, body: Buffer.concat(bodies), details: 'replaced_answer' }, box.take());
  }

  #immediate(outcome: Outcome): Processed {
    this.finished = true;
    return { bytes: writeImmediate(outcome.reply!, outcome.effects), end: true };
  }

  #reply(kind: ReplyKind, outcome: Outcome, mode?: ModeOverride): Processed {
    if (outcome.reply) return this.#immediate(outcome);
    if (outcome === UNCHANGED && mode === undefined) return CONTINUED[kind];
    const { headers, body, reroute, effects, copies } = outcome;
    return { bytes: writeReply(kind, { headers, body, reroute, effects, mode }), copies };
  }
}

function tableOf(message: Incoming): HeaderTable {
  return new HeaderTable(readHeaders(message.bytes));
}
