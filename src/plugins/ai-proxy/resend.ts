/** `retryOnFailure`: the caller's request once more, with another token, past the route's cluster by the way out of the gateway. */
import { callOf, type OriginalRequest } from '#ai/failover/original-request.ts';
import { pick } from '#ai/failover/token-pool.ts';
import { TranslationError } from '#ai/providers/provider.ts';
import { HeaderTable } from '#plugin-sdk/engine/header-table.ts';
import type { HttpCall, HttpStream } from '#plugin-sdk/host.ts';
import {
  type OutgoingHead,
  outgoingBody,
  outgoingHead,
  type Pipeline,
  type RequestLike,
  type Services,
} from './outgoing.ts';
import { planRequest } from './request-plan.ts';

export interface Attempt {
  readonly provider: string;
  /** 0: no answer came. */
  readonly status: number;
  readonly ms: number;
}

export interface Resent {
  readonly head: OutgoingHead;
  readonly answer: HttpStream;
}

/** Throws TranslationError. */
export async function outgoingCall(
  pipeline: Pipeline,
  original: OriginalRequest,
  token: string | undefined,
  target: Pick<HttpCall, 'cluster' | 'timeoutMs'>,
  services: Services,
): Promise<{ readonly head: OutgoingHead; readonly call: HttpCall }> {
  const table = new HeaderTable([...original.headers]);
  const request: RequestLike = {
    headers: table,
    get method() {
      return table.get(':method') ?? 'POST';
    },
    get path() {
      return table.get(':path') ?? '/';
    },
    get authority() {
      return table.get(':authority') ?? '';
    },
  };
  const plan = planRequest(pipeline.provider, pipeline.settings, request.path);
  const head = await outgoingHead(pipeline, plan, request, token, services);
  table.apply(head.patch);
  let body: Uint8Array | undefined = original.body;
  if (original.body && head.readsBody) {
    const edited = await outgoingBody(pipeline, head, request, original.body, services.host, () => ({
      cluster: target.cluster,
      token,
    }));
    table.apply({ set: edited.set });
    body = edited.body ?? original.body;
  }
  const { signal } = services;
  return { head, call: { ...target, ...callOf(table.entries()), signal, ...(body ? { body } : {}) } };
}

export interface ResendOptions {
  readonly original: OriginalRequest;
  readonly cluster: string;
  /** The one that the first try carried. */
  readonly token: string | undefined;
  /** Tokens to draw from: any of the first list that has one left. */
  readonly tokens: readonly (readonly string[])[];
  readonly report: (token: string, status: number) => void;
}

/** The first answer with status 200, or undefined when no token brings one. Every try goes to `attempts`. */
export async function resend(
  pipeline: Pipeline,
  options: ResendOptions,
  attempts: Attempt[],
  services: Services,
): Promise<Resent | undefined> {
  const { retryOnFailure: retry } = pipeline.settings;
  const { host, signal } = services;
  const tried = new Set([options.token]);
  for (let left = retry?.maxRetries ?? 0; left > 0 && !signal.aborted; left--) {
    const untried = options.tokens.map((list) => list.filter((one) => !tried.has(one)));
    const token = pick(untried.find((list) => list.length > 0) ?? [], host.random());
    if (token === undefined) return undefined;
    tried.add(token);
    const started = host.now();
    let status = 0;
    try {
      const target = { cluster: options.cluster, timeoutMs: retry?.retryTimeout ?? DEFAULT_TIMEOUT_MS };
      const { head, call } = await outgoingCall(pipeline, options.original, token, target, services);
      const answer = await host.http.stream(call);
      status = answer.status;
      if (status === 200) return { head, answer };
      answer.cancel();
    } catch (error) {
      if (error instanceof TranslationError) return undefined;
      host.log.warn({ provider: nameOf(pipeline), err: (error as Error).message }, 'a retry brought no answer');
    } finally {
      attempts.push({ provider: nameOf(pipeline), status, ms: host.now() - started });
      options.report(token, status);
    }
  }
  return undefined;
}

const DEFAULT_TIMEOUT_MS = 60_000;

export function nameOf({ settings }: Pipeline): string {
  return settings.id || settings.type;
}
