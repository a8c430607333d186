/**
 * ai-proxy: the provider is built once per chain; a request's plan, token and translation live in its state. Requests whose answer needs no
 * reading leave the plugin after their body.
 */
import { CHAT } from '#ai/api.ts';
import { createModelMapper } from '#ai/model-mapping.ts';
import { createProvider, notesOf } from '#ai/providers/index.ts';
import { type Translation, TranslationError } from '#ai/providers/provider.ts';
import type { ProviderSettings } from '#ai/providers/settings.ts';
import type { StreamStep } from '#ai/stream.ts';
import { definePlugin } from '#plugin-sdk/definition.ts';
import type { FilterHooks, HookContext, LocalReply, RequestHeadersResult } from '#plugin-sdk/hooks.ts';
import { type AnswerPlan, answerSteps, convertAnswer, convertError, planAnswer, shapedError } from './answer.ts';
import { type AiProxyConfig, effectiveConfig, schema } from './config.ts';
import { loadContext } from './context-file.ts';
import { authHeaders, chooseToken } from './credentials.ts';
import { lower } from './lower.ts';
import { manifest } from './manifest.ts';
import { editRequestBody } from './request-body.ts';
import { planRequest, type RequestPlan } from './request-plan.ts';

interface State {
  plan: RequestPlan | undefined;
  translation: Translation | undefined;
  answer: AnswerPlan | undefined;
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
  let noted = false;

  const wantsBody = (request: Context['request'], plan: RequestPlan): boolean => {
    const type = request.headers.get('content-type');
    if (type !== undefined && !isJson(type)) return false;
    return original ? settings.customSettings.length > 0 : plan.api !== undefined;
  };

  return {
    needs: {
      requestBody: original && settings.customSettings.length === 0 ? 'none' : 'buffered',
      responseBody: mayReadAnswer ? 'auto' : 'none',
      responseHeaders: mayReadAnswer,
    },
    newState: () => ({ plan: undefined, translation: undefined, answer: undefined, steps: undefined }),

    onRequestHeaders({ request, state, host }): RequestHeadersResult {
      if (!noted) {
        noted = true;
        for (const note of notesOf(settings))
          host.log.warn({ provider: settings.id, note }, 'ai-proxy setting without effect');
      }
      const plan = planRequest(provider, settings, request.path);
      state.plan = plan;
      const token = chooseToken(settings.apiTokens, plan.api?.name, request.headers.get('x-mse-consumer'), host.random);
      const auth = authHeaders(provider, settings, token, request.headers);
      const readsBody = wantsBody(request, plan);
      if (readsBody && plan.api && !original) {
        state.translation = provider.translation?.(plan.api.name, host.now);
        state.answer = planAnswer(provider, settings, state.translation, plan.api.name === CHAT, plan.front);
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

    async onRequestBody(body, { state, host }) {
      const plan = state.plan;
      if (!plan) return undefined;
      if (plan.unsupported) return { reply: failure('unsupported API name', 500) };
      try {
        const text = context && plan.api?.name === CHAT ? await context(host.http) : undefined;
        const edited = editRequestBody(body, provider, settings, mapper, plan, state.translation, text);
        const headers =
          edited.stream && provider.editsBodies && plan.api?.name === CHAT ? streamHeaders(settings) : undefined;
        return {
          ...(edited.body ? { body: edited.body } : {}),
          ...(headers ? { headers: { set: headers } } : {}),
          ...(state.answer ? {} : { done: true }),
        };
      } catch (error) {
        if (error instanceof TranslationError) return { reply: failure(error.message, error.status) };
        throw error;
      }
    },

    onResponseHeaders({ state, response }) {
      if (!state.answer || !response) return { skipResponseBody: true };
      if (response.status === 200) return { headers: { remove: ['content-length'] } };
      return state.answer.translation || state.answer.front ? undefined : { skipResponseBody: true };
    },

    onResponseBody(body, { state, response }) {
      const plan = state.answer;
      if (!plan || !response) return undefined;
      const headers = { set: { 'content-type': 'application/json' } };
      if (response.status !== 200) {
        const converted = convertError(plan, body, response.status);
        return converted === undefined ? undefined : { body: converted, headers };
      }
      try {
        const converted = convertAnswer(plan, body);
        return converted === undefined ? undefined : { body: converted, headers };
      } catch (error) {
        if (!(error instanceof TranslationError)) throw error;
        const shaped = shapedError(plan, { message: error.message, type: 'api_error', code: null });
        const reply = { status: error.status, headers: headers.set, body: JSON.stringify(shaped) };
        return { reply: { ...reply, details: 'ai-proxy.proc_resp_body_failed' } };
      }
    },

    onSseEvent(event, { state, response }) {
      if (!state.answer || response?.status !== 200) return undefined;
      if (event?.comment !== undefined) return undefined;
      state.steps ??= answerSteps(state.answer);
      return { events: event ? state.steps.next(event) : state.steps.end() };
    },
  };
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

function failure(message: string, status: number): LocalReply {
  return {
    status,
    headers: { 'content-type': 'text/plain' },
    body: `failed to process request body: ${message}`,
    details: 'ai-proxy.proc_req_body_failed',
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
