/**
 * ai-proxy: the provider is built once per chain; a request's plan, token and translation live in its state. Requests whose answer needs no
 * reading leave the plugin after their body.
 */
import { CHAT } from '#ai/api.ts';
import { createModelMapper } from '#ai/model-mapping.ts';
import { createProvider, notesOf } from '#ai/providers/index.ts';
import {
  type FrameReader,
  type Provider,
  type Translation,
  TranslationError,
  type VendorCall,
} from '#ai/providers/provider.ts';
import type { ProviderSettings } from '#ai/providers/settings.ts';
import type { StreamStep } from '#ai/stream.ts';
import { writeSse } from '#lib/sse.ts';
import { definePlugin } from '#plugin-sdk/definition.ts';
import type { FilterHooks, HeaderPatch, HookContext, LocalReply, RequestHeadersResult } from '#plugin-sdk/hooks.ts';
import {
  type AnswerPlan,
  answerSteps,
  convertAnswer,
  convertError,
  framesOf,
  JSON_TYPE,
  planAnswer,
  shapedError,
} from './answer.ts';
import { type AiProxyConfig, effectiveConfig, schema } from './config.ts';
import { loadContext } from './context-file.ts';
import { authHeaders, chooseToken } from './credentials.ts';
import { lower } from './lower.ts';
import { manifest } from './manifest.ts';
import { type EditedBody, editRequestBody } from './request-body.ts';
import { planRequest, type RequestPlan, vendorPath } from './request-plan.ts';

interface State {
  plan: RequestPlan | undefined;
  translation: Translation | undefined;
  answer: AnswerPlan | undefined;
  frames: FrameReader | undefined;
  steps: StreamStep | undefined;
}

type Context = HookContext<State>;

function hooks({ provider: settings }: AiProxyConfig): FilterHooks<State> {
  const provider = createProvider(settings);
  const mapper = createModelMapper(settings.modelMapping);
  const context = settings.context && loadContext(settings.context, settings.timeout);
  const original = settings.protocol === 'original';
  const translates = !original && (provider.translation !== undefined || provider.mendStream !== undefined);
  const mayReadAnswer = translates || settings.promoteThinkingOnEmpty || (!original && provider.editsBodies);
  const edits = !original || settings.customSettings.length > 0;
  let noted = false;

  const wantsBody = (request: Context['request'], plan: RequestPlan): boolean => {
    if (provider.sign) return true;
    const type = request.headers.get('content-type');
    if (type !== undefined && !isJson(type)) return false;
    return original ? edits : plan.api !== undefined;
  };

  return {
    needs: {
      requestBody: edits || provider.sign ? 'buffered' : 'none',
      responseBody: mayReadAnswer ? 'auto' : 'none',
      responseHeaders: mayReadAnswer,
    },
    newState: () => ({
      plan: undefined,
      translation: undefined,
      answer: undefined,
      frames: undefined,
      steps: undefined,
    }),

    async onRequestHeaders({ request, state, host, signal }): Promise<RequestHeadersResult> {
      if (!noted) {
        noted = true;
        for (const note of notesOf(settings))
          host.log.warn({ provider: settings.id, note }, 'ai-proxy setting without effect');
      }
      const plan = planRequest(provider, settings, request.path);
      state.plan = plan;
      const token = chooseToken(settings.apiTokens, plan.api?.name, request.headers.get('x-mse-consumer'), host.random);
      const call: VendorCall = { headers: request.headers, path: plan.asked, token, host, signal };
      const readsBody = wantsBody(request, plan);
      if (readsBody && plan.api && !original) {
        state.translation = provider.translation?.(plan.api, call);
        state.answer = planAnswer(provider, settings, state.translation, plan.api.name === CHAT, plan.front);
      }
      let auth: HeaderPatch;
      try {
        auth = provider.credentials
          ? await provider.credentials(call)
          : authHeaders(provider, settings, token, request.headers);
      } catch (error) {
        if (error instanceof TranslationError) return { reply: failure(error, 'headers') };
        throw error;
      }
      const set: Record<string, string> = {
        ...auth.set,
        ...provider.headers?.(plan.api, (name) => request.headers.has(name)),
      };
      if (plan.path !== request.path) Object.assign(set, { ':path': plan.path, 'x-envoy-original-path': request.path });
      if (provider.host !== undefined && provider.host !== request.authority) {
        Object.assign(set, { ':authority': provider.host, 'x-envoy-original-host': request.authority });
      }
      if (settings.type === 'generic' && settings.firstByteTimeout > 0) {
        set[FIRST_BYTE_TIMEOUT] = String(settings.firstByteTimeout);
      }
      return {
        headers: { set, remove: ['accept-encoding', ...(auth.remove ?? [])] },
        ...(readsBody ? {} : { skipRequestBody: true, done: true }),
      };
    },

    async onRequestBody(body, { request, state, host }) {
      const plan = state.plan;
      if (!plan) return undefined;
      if (plan.unsupported) return { reply: failure(new TranslationError('unsupported API name'), 'body') };
      try {
        const text = context && plan.api?.name === CHAT ? await context(host.http) : undefined;
        const edited = edits
          ? await editRequestBody(body, provider, settings, mapper, plan, state.translation, text)
          : UNEDITED;
        const set: Record<string, string> = {
          ...(edited.stream && provider.editsBodies && plan.api?.name === CHAT ? streamHeaders(settings) : {}),
          ...edited.vendor?.headers,
          ...(edited.vendor?.authority === undefined ? {} : { ':authority': edited.vendor.authority }),
          ...(edited.vendor?.path === undefined ? {} : { ':path': vendorPath(edited.vendor.path, settings) }),
        };
        Object.assign(set, signature(provider, request, set, edited.body ?? body, host.now()));
        return {
          ...(edited.body ? { body: edited.body } : {}),
          ...(Object.keys(set).length > 0 ? { headers: { set } } : {}),
          ...(state.answer ? {} : { done: true }),
        };
      } catch (error) {
        if (error instanceof TranslationError) return { reply: failure(error, 'body') };
        throw error;
      }
    },

    onResponseHeaders({ state, response }) {
      if (!state.answer || !response) return { skipResponseBody: true };
      if (response.status === 200) {
        state.frames = framesOf(state.answer, response);
        if (!state.frames) return { headers: { remove: ['content-length'] } };
        const set = { 'content-type': 'text/event-stream; charset=utf-8' };
        return { headers: { set, remove: ['content-length'] }, readAs: 'parts' };
      }
      return state.answer.translation || state.answer.front ? undefined : { skipResponseBody: true };
    },

    onResponseBody(body, { state, response }) {
      const plan = state.answer;
      if (!plan || !response) return undefined;
      if (response.status !== 200) {
        const converted = convertError(plan, body, response.status);
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
      if (!state.answer || response?.status !== 200) return undefined;
      if (event?.comment !== undefined) return undefined;
      state.steps ??= answerSteps(state.answer, response);
      return { events: event ? state.steps.next(event) : state.steps.end() };
    },

    onResponsePart(part, end, { state, response }) {
      if (!state.answer || !state.frames || !response) return undefined;
      state.steps ??= answerSteps(state.answer, response);
      const { steps, frames } = state;
      const events = frames.feed(part).flatMap((event) => steps.next(event));
      if (end) events.push(...steps.end());
      return { part: events.map(writeSse).join('') };
    },
  };
}

const UNEDITED: EditedBody = { body: undefined, stream: false };

/** Signs what leaves: the headers that this body brought count before those that came with the request. */
function signature(
  provider: Provider,
  request: Context['request'],
  set: Readonly<Record<string, string>>,
  body: Uint8Array,
  now: number,
): Readonly<Record<string, string>> {
  if (!provider.sign) return {};
  const path = set[':path'] ?? request.path;
  return provider.sign({ method: request.method, authority: set[':authority'] ?? request.authority, path, body, now });
}

const FIRST_BYTE_TIMEOUT = 'x-envoy-upstream-rq-first-byte-timeout-ms';

function streamHeaders(settings: ProviderSettings): Record<string, string> {
  return {
    accept: 'text/event-stream',
    ...(settings.firstByteTimeout > 0 ? { [FIRST_BYTE_TIMEOUT]: String(settings.firstByteTimeout) } : {}),
  };
}

function isJson(contentType: string): boolean {
  return /^\s*application\/(?:[\w.-]+\+)?json\b/i.test(contentType);
}

function failure({ message, status }: TranslationError, what: 'headers' | 'body'): LocalReply {
  return {
    status,
    headers: { 'content-type': 'text/plain' },
    body: `failed to process request ${what}: ${message}`,
    details: `ai-proxy.proc_req_${what}_failed`,
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
