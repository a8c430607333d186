/**
 * ai-proxy: the provider is built once per chain; a request's plan, token and translation live in its state. Requests whose answer needs no
 * reading leave the plugin after their body.
 */
import { CHAT } from '#ai/api.ts';
import { guardedStream } from '#ai/failover/guarded-stream.ts';
import { type OriginalRequest, originalOf } from '#ai/failover/original-request.ts';
import { statusMatch } from '#ai/failover/status-match.ts';
import { notesOf } from '#ai/providers/index.ts';
import { type FrameReader, TranslationError, type VendorAnswer } from '#ai/providers/provider.ts';
import type { StreamStep } from '#ai/stream.ts';
import { type MaybePromise, mended, whenThere } from '#lib/maybe-promise.ts';
import { isEventStream, writeSse } from '#lib/sse.ts';
import { definePlugin } from '#plugin-sdk/definition.ts';
import type {
  FilterHooks,
  HookContext,
  LocalReply,
  RequestBodyResult,
  RequestHeadersResult,
  ResponseHeadersResult,
} from '#plugin-sdk/hooks.ts';
import { answerSteps, convertAnswer, convertError, framesOf, JSON_TYPE, shapedError } from './answer.ts';
import { type AiProxyConfig, effectiveConfig, schema } from './config.ts';
import { lower } from './lower.ts';
import { manifest } from './manifest.ts';
import { createPipeline, type OutgoingHead, outgoingBody, outgoingHead } from './outgoing.ts';
import { planRequest } from './request-plan.ts';
import { type Attempt, nameOf, resend } from './resend.ts';
import { tokensOf } from './tokens.ts';

interface State {
  head: OutgoingHead | undefined;
  token: string | undefined;
  /** Wall clock, ms. */
  startedMs: number;
  /** The caller's path, for probes. */
  asked: string;
  /** Kept while another try is possible. */
  original: OriginalRequest | undefined;
  /** The answer at hand is that of a retry. */
  retried: boolean;
  frames: FrameReader | undefined;
  steps: StreamStep | undefined;
}

type Context = HookContext<State>;

function hooks({ provider: settings }: AiProxyConfig): FilterHooks<State> {
  const pipeline = createPipeline(settings);
  const { provider, original, edits } = pipeline;
  const tokens = tokensOf(pipeline);
  const retry = settings.retryOnFailure?.enabled ? settings.retryOnFailure : undefined;
  const retriesOn = retry && statusMatch(retry.retryOnStatus);
  /** The status of every answer counts. */
  const watches = retry !== undefined || settings.failover?.enabled === true;
  const translates = !original && (provider.translation !== undefined || provider.mendStream !== undefined);
  const mayReadAnswer = translates || settings.promoteThinkingOnEmpty || (!original && provider.editsBodies);
  let noted = false;

  /** What came of the upstream's answer: the tokens learn of it, and a failure is tried again. */
  const judge = async (context: Context, status: number) => {
    const { state, host, request, signal } = context;
    const endpoint = { cluster: context.clusterName, authority: request.authority, path: chatPath(state) };
    tokens.report(host, state.token, status, endpoint);
    const sent = state.original;
    state.original = undefined;
    if (!sent || !retriesOn?.(status)) return undefined;
    const attempts: Attempt[] = [{ provider: nameOf(pipeline), status, ms: host.now() - state.startedMs }];
    const options = {
      original: sent,
      cluster: context.clusterName,
      token: state.token,
      tokens: tokens.candidates(host),
      report: (token: string, seen: number) => tokens.report(host, token, seen, endpoint),
    };
    const resent = await resend(pipeline, options, attempts, { host, signal });
    if (resent) {
      state.retried = true;
      state.head = resent.head;
    }
    const answer = resent && (resent.head.answer ? resent.answer : guardedStream(resent.answer, state.asked));
    return { answer, aiLog: attempts.length > 1 ? { attempts } : undefined };
  };

  return {
    needs: {
      requestBody: edits || provider.sign || retry ? 'buffered' : 'none',
      responseBody: mayReadAnswer ? 'auto' : 'none',
      responseHeaders: mayReadAnswer || watches,
      mayReplace: watches,
    },
    newState: () => ({
      head: undefined,
      token: undefined,
      startedMs: 0,
      asked: '',
      original: undefined,
      retried: false,
      frames: undefined,
      steps: undefined,
    }),
    dispose: () => {
      tokens.dispose();
      provider.dispose?.();
    },

    onRequestHeaders(context): MaybePromise<RequestHeadersResult> {
      const { request, state, host } = context;
      if (!noted) {
        noted = true;
        for (const note of notesOf(settings))
          host.log.warn({ provider: settings.id, note }, 'ai-proxy setting without effect');
      }
      const plan = planRequest(provider, settings, request.path);
      state.token = tokens.choose(host, plan.api?.name, request.headers.get('x-mse-consumer'));
      state.asked = request.path;
      state.startedMs = host.now();
      // The body of an upgraded request has no end to wait for.
      const again = retry !== undefined && !request.headers.has('upgrade');
      if (again) state.original = originalOf(request.headers.entries());
      return refusing<RequestHeadersResult>('headers', () =>
        whenThere(outgoingHead(pipeline, plan, request, state.token, context), (head) => {
          state.head = head;
          // A retry sends the body again, read or not.
          return {
            headers: head.patch,
            skipRequestBody: !head.readsBody && !again,
            done: !head.readsBody && !watches,
          };
        }),
      );
    },

    onRequestBody(body, context): MaybePromise<RequestBodyResult | undefined> {
      const { request, state, host } = context;
      const { head } = state;
      if (!head) return undefined;
      if (head.plan.unsupported) return { reply: failure(new TranslationError('unsupported API name'), 'body') };
      // A copy: the bytes are a view of what Envoy sent, and that is let go after this call.
      if (state.original) state.original.body = Buffer.from(body);
      if (!head.readsBody) return undefined;
      const user = () => ({ cluster: context.clusterName, token: state.token });
      return refusing<RequestBodyResult>('body', () =>
        whenThere(outgoingBody(pipeline, head, request, body, host, user), ({ body: edited, set }) => ({
          body: edited,
          headers: { set },
          done: !head.answer && !watches,
        })),
      );
    },

    onResponseHeaders(context): MaybePromise<ResponseHeadersResult> {
      const { state, response } = context;
      if (!response) return { skipResponseBody: true };
      if (!watches || state.retried) return answerHead(state, response);
      return judge(context, response.status).then((judged) => {
        const effects = judged?.aiLog ? { aiLog: judged.aiLog } : {};
        if (judged?.answer) return { ...effects, replace: judged.answer };
        return { ...effects, ...answerHead(state, response) };
      });
    },

    onResponseBody(body, { state, response }) {
      const plan = state.head?.answer;
      if (!plan || !response) return undefined;
      if (response.status !== 200) {
        const converted = convertError(plan, withoutToken(body, state.token), response.status);
        return converted === undefined ? undefined : { body: converted, headers: { set: JSON_TYPE } };
      }
      try {
        const converted = convertAnswer(plan, body, response);
        return converted && { body: converted.body, headers: { set: converted.headers } };
      } catch (error) {
        if (!(error instanceof TranslationError)) throw error;
        const shaped = shapedError(plan, { message: error.message, type: 'api_error', code: null });
        const reply = { status: error.status, headers: JSON_TYPE, body: JSON.stringify(shaped) };
        return { reply: { ...reply, details: 'ai-proxy.proc_resp_body_failed' } };
      }
    },

    onSseEvent(event, { state, response }) {
      const answer = state.head?.answer;
      if (!answer || response?.status !== 200) return undefined;
      state.steps ??= answerSteps(answer, response);
      const { steps } = state;
      if (event?.comment !== undefined) return { copies: steps.copies };
      return event ? { events: steps.next(event), copies: steps.copies } : { events: steps.end() };
    },

    onCopied: (event, { state }) => state.steps?.copied?.(event),

    onResponsePart(part, end, { state, response }) {
      const answer = state.head?.answer;
      if (!answer || !state.frames || !response) return undefined;
      state.steps ??= answerSteps(answer, response);
      const { steps, frames } = state;
      const events = frames.feed(part).flatMap((event) => steps.next(event));
      if (end) events.push(...steps.end());
      return { part: events.map(writeSse).join('') };
    },
  };
}

/** How the answer will be read, and what its headers must not say any more. */
function answerHead(state: State, response: VendorAnswer): ResponseHeadersResult {
  const answer = state.head?.answer;
  if (!answer) return { skipResponseBody: true };
  if (response.status === 200) {
    state.frames = framesOf(answer, response);
    if (!state.frames) {
      if (isEventStream(response.headers.get('content-type'))) state.steps = answerSteps(answer, response);
      return { headers: { remove: ['content-length'] }, copiesBehind: state.steps?.copiesBehind };
    }
    const set = { 'content-type': 'text/event-stream; charset=utf-8' };
    return { headers: { set, remove: ['content-length'] }, readAs: 'parts' };
  }
  return answer.translation || answer.front ? {} : { skipResponseBody: true };
}

/** What cannot be translated becomes an answer that says so. */
function refusing<T extends { readonly reply?: LocalReply }>(
  what: 'headers' | 'body',
  act: () => MaybePromise<T>,
): MaybePromise<T | { readonly reply: LocalReply }> {
  return mended<T | { readonly reply: LocalReply }>(act, (error) => {
    if (error instanceof TranslationError) return { reply: failure(error, what) };
    throw error;
  });
}

function chatPath({ head, asked }: State): string | undefined {
  return head?.plan.api?.name === CHAT && !head.plan.front ? asked : undefined;
}

/** Some vendors repeat the key that they refuse; it is not the caller's. */
function withoutToken(body: Buffer, token: string | undefined): Buffer {
  if (!token || !body.includes(token)) return body;
  return Buffer.from(body.toString('utf8').replaceAll(token, '[redacted]'));
}

function failure({ message, status, details }: TranslationError, what: 'headers' | 'body'): LocalReply {
  return {
    status,
    headers: { 'content-type': 'text/plain' },
    body: `failed to process request ${what}: ${message}`,
    details: details ?? `ai-proxy.proc_req_${what}_failed`,
  };
}

export default definePlugin<AiProxyConfig>({
  manifest,
  schema,
  effectiveConfig,
  lower,
  hooks,
  secretKeys: ['apiTokens', 'hunyuanAuthKey', 'awsAccessKey', 'awsSecretKey', 'vertexAuthKey'],
});
