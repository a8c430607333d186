import { boundaryOf } from '#lib/multipart.ts';
import { definePlugin } from '#plugin-sdk/definition.ts';
import type { FilterHooks, Headers, HookContext, RequestBodyResult, ResponseBodyResult } from '#plugin-sdk/hooks.ts';
import { compile } from './apply.ts';
import { effectiveConfig, type Step, schema, type TransformerConfig } from './config.ts';
import { lower } from './lower.ts';
import { manifest } from './manifest.ts';
import { FormPlace, HeaderPlace, JsonPlace, MultipartPlace } from './places.ts';

export default definePlugin<TransformerConfig>({ manifest, schema, effectiveConfig, hooks, lower });

type BodyKind = 'json' | 'form' | 'multipart';

function hooks(config: TransformerConfig): FilterHooks {
  const request = compile(config.request);
  const response = compile(config.response);
  const requestBody = config.request.some(touchesBody);
  const responseBody = config.response.some(touchesBody);

  const onRequest = (body: Buffer | undefined, context: HookContext): RequestBodyResult | undefined => {
    const { headers: before, path, authority } = context.request;
    const headers = new HeaderPlace(before);
    const mark = path.indexOf('?');
    const querys = new FormPlace(mark < 0 ? '' : path.slice(mark + 1));
    const place = body === undefined ? undefined : bodyPlace(body, before);
    request({ headers, querys, ...(place === undefined ? {} : { body: place }) }, { host: authority, path });
    const patch = headers.patch();
    const set: Record<string, string> = { ...patch?.set };
    if (querys.changed) {
      const query = querys.text();
      set[':path'] = (set[':path'] ?? path).split('?', 1)[0] + (query === '' ? '' : `?${query}`);
    }
    const changed = patch !== undefined || querys.changed;
    return {
      ...(changed ? { headers: { ...patch, set }, reroute: config.reroute } : {}),
      ...(place?.changed ? { body: Buffer.from(place.text(), 'latin1') } : {}),
    };
  };

  const onResponse = (body: Buffer | undefined, context: HookContext): ResponseBodyResult | undefined => {
    const before = context.response?.headers ?? context.request.headers;
    const headers = new HeaderPlace(before);
    const place = body === undefined ? undefined : JsonPlace.of(body.toString('latin1'));
    const target = { host: context.request.authority, path: context.request.path };
    response({ headers, ...(place === undefined ? {} : { body: place }) }, target);
    const patch = headers.patch();
    return {
      ...(patch === undefined ? {} : { headers: patch }),
      ...(place?.changed ? { body: Buffer.from(place.text(), 'latin1') } : {}),
    };
  };

  return {
    needs: {
      requestHeaders: true,
      requestBody: requestBody ? 'buffered' : 'none',
      responseHeaders: config.response.length > 0,
      responseBody: responseBody ? 'buffered' : 'none',
    },
    onRequestHeaders(context) {
      const { headers } = context.request;
      const open = responseBody ? { remove: ['accept-encoding'] } : undefined;
      if (requestBody && !isEmpty(headers) && kindOf(headers) !== undefined) return open && { headers: open };
      const { body: _, ...result } = onRequest(undefined, context) ?? {};
      const patch =
        open === undefined
          ? result.headers
          : { ...result.headers, remove: [...(result.headers?.remove ?? []), ...open.remove] };
      return { ...result, ...(patch === undefined ? {} : { headers: patch }), skipRequestBody: true };
    },
    ...(requestBody ? { onRequestBody: onRequest } : {}),
    ...(config.response.length === 0
      ? {}
      : {
          onResponseHeaders(context: HookContext) {
            const { headers, status } = context.response ?? { headers: context.request.headers, status: 200 };
            const bodiless = context.request.method === 'HEAD' || status === 204 || status === 304 || isEmpty(headers);
            const encoded = (headers.get('content-encoding') ?? 'identity') !== 'identity';
            if (responseBody && !bodiless && !encoded && kindOf(headers) === 'json') return undefined;
            return { ...onResponse(undefined, context), skipResponseBody: true };
          },
        }),
    ...(responseBody ? { onResponseBody: onResponse } : {}),
  };
}

function touchesBody(step: Step): boolean {
  return step.place === 'body' || (step.operation === 'map' && step.source === 'body');
}

function isEmpty(headers: Headers): boolean {
  return headers.get('content-length') === '0';
}

function kindOf(headers: Headers): BodyKind | undefined {
  const type = headers.get('content-type')?.toLowerCase() ?? '';
  if (/^application\/(json|[a-z0-9.+-]+\+json)\b/.test(type)) return 'json';
  if (type.startsWith('application/x-www-form-urlencoded')) return 'form';
  return type.startsWith('multipart/form-data') ? 'multipart' : undefined;
}

function bodyPlace(body: Buffer, headers: Headers): JsonPlace | FormPlace | MultipartPlace | undefined {
  const kind = kindOf(headers);
  if (kind === 'form') return new FormPlace(body.toString('utf8'));
  const bytes = body.toString('latin1');
  if (kind === 'json') return JsonPlace.of(bytes);
  return kind === 'multipart' ? MultipartPlace.of(bytes, boundaryOf(headers.get('content-type') ?? '')) : undefined;
}
