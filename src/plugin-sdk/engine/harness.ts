/** Drives a chain run with one made-up request and its answer, as Envoy and the plugin server would together. */
import { parseSse, type SseEvent } from '#lib/sse.ts';
import type { Effects, Headers, LocalReply } from '../hooks.ts';
import type { HostServices } from '../host.ts';
import type { Chain } from './chain.ts';
import { ChainRun } from './chain-run.ts';
import { EffectBox } from './effects.ts';
import { Copier } from './harness-copies.ts';
import { HeaderTable } from './header-table.ts';
import type { Outcome } from './outcome.ts';
import { replacedAnswer } from './replaced-answer.ts';
import { toBuffer } from './response-flow.ts';

type HeaderInput = Readonly<Record<string, string | readonly string[]>>;
type Body = string | Uint8Array;

export interface TestRequest {
  /** Default GET, or POST when there is a body. */
  readonly method?: string;
  /** Default `/`. */
  readonly path?: string;
  /** Default `example.com`. */
  readonly authority?: string;
  readonly headers?: HeaderInput;
  readonly body?: Body;
  /** The body in parts, cut as given. */
  readonly chunks?: readonly Body[];
  readonly routeName?: string;
  readonly clusterName?: string;
  readonly sourceAddress?: string;
  readonly requestId?: string;
  /** What the upstream answers; default 200 with an empty body. Not called after a local reply. */
  readonly respond?: (upstream: UpstreamRequest) => TestAnswer | Promise<TestAnswer>;
  /** The client goes away after so many response parts have left. */
  readonly abortAfter?: number;
  /** Events are translated without the plugins where they said so by `copies`, as Envoy may. Default false: plugins get every part as it comes. */
  readonly copies?: boolean;
}

export interface TestAnswer {
  readonly status?: number;
  readonly headers?: HeaderInput;
  readonly body?: Body;
  /** The body in parts, cut as given. */
  readonly chunks?: readonly Body[];
  /** The connection breaks after the last chunk instead of ending well. */
  readonly broken?: boolean;
}

export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly headers: Headers;
  readonly body: Buffer;
  readonly text: string;
  /** The body as JSON; throws when it is none. */
  json(): unknown;
}

export interface TestResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  readonly text: string;
  /** What left for each part that came, empty ones included. One entry for a buffered body. */
  readonly parts: readonly string[];
  json(): unknown;
  events(): SseEvent[];
  /** The answer was broken off in the middle. */
  readonly broken: boolean;
  /** Parts of the answer that the plugins got. */
  readonly asked: number;
}

export interface TestResult {
  /** What the upstream saw; undefined after a local reply to the request. */
  readonly upstream: UpstreamRequest | undefined;
  readonly response: TestResponse;
  /** All effects, merged in order. */
  readonly effects: Effects;
  /** The local reply, if a plugin answered. */
  readonly reply: LocalReply | undefined;
  /** A plugin asked for the route to be chosen anew. */
  readonly rerouted: boolean;
}

interface Journey {
  readonly effects: EffectBox;
  rerouted: boolean;
}

export async function drive(
  chain: Chain,
  hostOf: (plugin: string) => HostServices,
  request: TestRequest,
  facts: { readonly startedMs: number },
): Promise<TestResult> {
  const abort = new AbortController();
  const run = new ChainRun(
    chain,
    {
      routeName: request.routeName ?? 'test-route',
      clusterName: request.clusterName ?? 'outbound|80||upstream.test',
      sourceAddress: request.sourceAddress ?? '192.0.2.1:50000',
      requestId: request.requestId ?? '00000000-0000-4000-8000-000000000001',
      startedMs: facts.startedMs,
      signal: abort.signal,
    },
    hostOf,
  );
  const journey: Journey = { effects: new EffectBox(), rerouted: false };
  const result = await travel(run, journey, request, abort);
  note(journey, await run.close());
  return { ...result, effects: journey.effects.take() ?? {}, rerouted: journey.rerouted };
}

async function travel(run: ChainRun, journey: Journey, request: TestRequest, abort: AbortController) {
  const sent = chunksOf(request);
  const method = request.method ?? (sent.length > 0 ? 'POST' : 'GET');
  const headers = HeaderTable.from({
    ':method': method,
    ':path': request.path ?? '/',
    ':authority': request.authority ?? 'example.com',
    ':scheme': 'http',
    ...(sent.length === 0 || request.chunks ? {} : { 'content-length': String(Buffer.concat(sent).length) }),
    ...request.headers,
  });
  const first = note(journey, await run.requestHeaders(headers));
  if (first.reply) return localReply(undefined, first.reply);
  let body = Buffer.concat(sent);
  if (sent.length > 0 && run.requestBodyMode === 'buffered') {
    const outcome = note(journey, await run.requestBody(body));
    if (outcome.reply) return localReply(undefined, outcome.reply);
    if (outcome.body !== undefined) body = Buffer.from(outcome.body);
  } else if (sent.length > 0 && run.requestBodyMode === 'stream') {
    const parts: Buffer[] = [];
    for (const [i, part] of sent.entries()) {
      const outcome = note(journey, await run.requestPart(part, i === sent.length - 1));
      if (outcome.reply) return localReply(undefined, outcome.reply);
      parts.push(outcome.body ?? part);
    }
    body = Buffer.concat(parts);
  }
  const upstream = upstreamRequest(headers, body);
  const answer = (await request.respond?.(upstream)) ?? {};
  return answerWay(run, journey, upstream, answer, request, abort);
}

async function answerWay(
  run: ChainRun,
  journey: Journey,
  upstream: UpstreamRequest,
  answer: TestAnswer,
  request: TestRequest,
  abort: AbortController,
) {
  const came = chunksOf(answer);
  const end = came.length === 0 && answer.broken !== true;
  const headers = HeaderTable.from({
    ':status': String(answer.status ?? 200),
    ...(answer.chunks || end ? {} : { 'content-length': String(Buffer.concat(came).length) }),
    ...answer.headers,
  });
  if (!run.wantsResponse) return { upstream, reply: undefined, response: response(headers, came, answer.broken) };
  const first = note(journey, await run.responseHeaders(headers, end));
  if (first.reply) return localReply(upstream, first.reply);
  if (first.replacement) {
    const { headers: kept, left } = await replaced(run, journey, first, headers);
    return { upstream, reply: left.reply, response: response(kept, left.parts, left.broken) };
  }
  if (end || run.responseBodyMode === 'none') {
    return { upstream, reply: undefined, response: response(headers, came, answer.broken) };
  }
  if (run.responseBodyMode === 'buffered') {
    // Envoy gives a buffered body away only when it is complete.
    if (answer.broken) return { upstream, reply: undefined, response: response(headers, [], true) };
    const whole = Buffer.concat(came);
    const outcome = note(journey, await run.responseBody(whole));
    if (outcome.reply) return localReply(upstream, outcome.reply);
    return { upstream, reply: undefined, response: response(headers, [outcome.body ?? whole], false) };
  }
  const left: Buffer[] = [];
  const copier = new Copier(request.copies ? first.copies : undefined);
  const way = {
    part: async (part: Buffer, end: boolean): Promise<Outcome> => {
      const outcome = note(journey, await run.responsePart(part, end));
      return run.observesOnly ? { ...outcome, body: part } : outcome;
    },
    copied: (event: Buffer) => run.copied(event),
  };
  for (const [i, part] of came.entries()) {
    if (request.abortAfter === i) {
      abort.abort();
      return { upstream, reply: undefined, response: response(headers, left, true) };
    }
    const leaves = await copier.bring(part, i === came.length - 1 && answer.broken !== true, way);
    if (leaves === undefined) return { upstream, reply: undefined, response: response(headers, left, true) };
    left.push(leaves);
  }
  if (answer.broken) abort.abort();
  return { upstream, reply: undefined, response: response(headers, left, answer.broken, copier.asked) };
}

async function replaced(run: ChainRun, journey: Journey, head: Outcome, headers: HeaderTable) {
  const left: { parts: Buffer[]; broken: boolean; reply: LocalReply | undefined } = {
    parts: [],
    broken: false,
    reply: undefined,
  };
  for await (const part of replacedAnswer(run, head, LIMIT_BYTES)) {
    if (part.effects) journey.effects.add(part.effects);
    if (part.reply) {
      left.reply = part.reply;
      return { headers: HeaderTable.from({ ':status': String(part.reply.status), ...part.reply.headers }), left };
    }
    if (part.abort !== undefined) left.broken = true;
    else if (part.body !== undefined) left.parts.push(part.body);
  }
  return { headers, left };
}

const LIMIT_BYTES = 100 * 1024 * 1024;

function note(journey: Journey, outcome: Outcome): Outcome {
  if (outcome.effects) journey.effects.add(outcome.effects);
  if (outcome.reroute) journey.rerouted = true;
  return outcome;
}

function chunksOf(source: { readonly body?: Body; readonly chunks?: readonly Body[] }): Buffer[] {
  if (source.chunks) return source.chunks.map(toBuffer);
  return source.body === undefined || source.body.length === 0 ? [] : [toBuffer(source.body)];
}

function upstreamRequest(headers: HeaderTable, body: Buffer): UpstreamRequest {
  const text = body.toString('utf8');
  return {
    method: headers.get(':method') ?? '',
    path: headers.get(':path') ?? '',
    authority: headers.get(':authority') ?? '',
    headers,
    body,
    text,
    json: () => JSON.parse(text),
  };
}

function response(headers: HeaderTable, parts: readonly Buffer[], broken = false, asked = 0): TestResponse {
  const body = Buffer.concat(parts);
  const text = body.toString('utf8');
  return {
    status: Number(headers.get(':status') ?? 0),
    headers,
    body,
    text,
    parts: parts.map((part) => part.toString('utf8')),
    json: () => JSON.parse(text),
    events: () => parseSse(body),
    broken,
    asked,
  };
}

/** Envoy gives a local reply with a body `text/plain` unless it names a type. */
function localReply(upstream: UpstreamRequest | undefined, reply: LocalReply) {
  const body = toBuffer(reply.body ?? '');
  const headers = HeaderTable.from({
    ':status': String(reply.status),
    ...(body.length > 0 ? { 'content-type': 'text/plain' } : {}),
  });
  for (const [name, value] of Object.entries(reply.headers ?? {})) headers.set(name.toLowerCase(), value);
  return { upstream, reply, response: response(headers, [body]) };
}
