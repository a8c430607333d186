/**
 * ai-fallback: an answer with one of the named statuses is dropped, and the request, as the client sent it, goes to another route of the host, whose
 * plugins translate it anew. The translator binds it to routes with the annotation higress.io/ai-fallback-route; it comes before all other plugins.
 */
import { z } from 'zod';
import { guardedStream } from '#ai/failover/guarded-stream.ts';
import { callOf, type OriginalRequest, originalOf } from '#ai/failover/original-request.ts';
import { definePlugin } from '#plugin-sdk/definition.ts';
import {
  FALLBACK_CLUSTER,
  FALLBACK_FROM_HEADER,
  FALLBACK_TO_HEADER,
  FALLBACK_TRY_HEADER,
} from '#plugin-sdk/fallback.ts';
import type { FilterHooks, HookContext } from '#plugin-sdk/hooks.ts';

const schema = z.object({
  from: z.string().describe('Ingress that the request came by'),
  route: z.string().describe('name of the route that it goes to'),
  codes: z.array(z.string()).describe('4xx, 5xx, or single statuses'),
});

type Config = z.output<typeof schema>;

/** A route may have a fallback that has a fallback. */
const MAX_FALLBACKS = 10;
/** A model may think long before its first byte; the client and the route have their own limits. */
const HEAD_TIMEOUT_MS = 3_600_000;

interface State {
  original: OriginalRequest | undefined;
  fallbacks: number;
  startedMs: number;
  /** The answer at hand is the other route's. */
  replaced: boolean;
}

function hooks({ from, route, codes }: Config): FilterHooks<State> {
  const fails = (status: number): boolean =>
    codes.some((code) => code === String(status) || code === `${Math.floor(status / 100)}xx`);

  const fallBack = async (context: HookContext<State>, original: OriginalRequest) => {
    const { host, signal } = context;
    const entries = pairs(original.headers);
    const { method, path, headers } = callOf(entries);
    const more = {
      [FALLBACK_TO_HEADER]: route,
      [FALLBACK_FROM_HEADER]: from,
      [FALLBACK_TRY_HEADER]: String(context.state.fallbacks + 1),
    };
    const own = headers.filter(([name]) => !(name in more));
    return host.http.stream({
      cluster: FALLBACK_CLUSTER,
      method,
      path,
      headers: [...own, ...Object.entries(more)],
      ...(original.body ? { body: original.body } : {}),
      timeoutMs: HEAD_TIMEOUT_MS,
      signal,
    });
  };

  return {
    needs: {
      requestHeaders: true,
      requestBody: 'buffered',
      responseHeaders: true,
      responseBody: 'none',
      mayReplace: true,
    },
    newState: () => ({ original: undefined, fallbacks: 0, startedMs: 0, replaced: false }),

    onRequestHeaders({ request, state, host }) {
      state.fallbacks = Number(request.headers.get(FALLBACK_TRY_HEADER) ?? 0);
      // The body of an upgraded request has no end to wait for.
      const upgrade = request.headers.has('upgrade');
      if (upgrade || state.fallbacks >= MAX_FALLBACKS) return { skipRequestBody: true, done: true };
      state.startedMs = host.now();
      state.original = originalOf(request.headers.entries());
      return undefined;
    },

    onRequestBody(body, { state }) {
      // A copy: the bytes are a view of what Envoy sent, and that is let go after this call.
      if (state.original) state.original.body = Buffer.from(body);
      return undefined;
    },

    async onResponseHeaders(context) {
      const { state, response, host, routeName } = context;
      if (state.replaced) return { headers: { set: { [FALLBACK_FROM_HEADER]: from } } };
      const { original } = state;
      state.original = undefined;
      if (!original || !response || !fails(response.status)) return undefined;
      const firstMs = host.now();
      const attempts: object[] = [{ route: routeName, status: response.status, ms: firstMs - state.startedMs }];
      try {
        const answer = await fallBack(context, original);
        attempts.push({ route, status: answer.status, ms: host.now() - firstMs });
        state.replaced = true;
        host.metrics.count('higress_ai_fallbacks_total', { route: routeName, fallback: route });
        return { replace: guardedStream(answer, context.request.path), aiLog: { attempts } };
      } catch (error) {
        host.log.warn({ route, err: (error as Error).message }, 'the fallback route brought no answer');
        return { aiLog: { attempts: [...attempts, { route, status: 0, ms: host.now() - firstMs }] } };
      }
    },
  };
}

function* pairs(flat: readonly string[]): Iterable<readonly [string, string]> {
  for (let i = 0; i + 1 < flat.length; i += 2) yield [flat[i] ?? '', flat[i + 1] ?? ''];
}

export default definePlugin<Config>({
  manifest: {
    name: 'ai-fallback',
    version: '1.0.0',
    title: 'AI fallback',
    summary:
      'Sends requests that an AI route fails to answer to another route. Set by the annotation, not by a WasmPlugin.',
    phase: 'AUTHN',
    priority: 1_000_000_000,
    category: 'ai',
  },
  schema,
  effectiveConfig: (global, rule) => (rule ?? global) as Config | undefined,
  hooks,
});
