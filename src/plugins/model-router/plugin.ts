import { editJsonText, fromJsonText, isJsonText, readJsonText, toJsonText } from '#lib/json-text.ts';
import { boundaryOf, multipartParts } from '#lib/multipart.ts';
import { definePlugin } from '#plugin-sdk/definition.ts';
import type { FilterHooks, RequestBodyResult } from '#plugin-sdk/hooks.ts';
import { pathEnds } from '#plugin-sdk/model-paths.ts';
import { AUTO_HEADER, AUTO_MODEL, autoRouter } from './auto-routing.ts';
import { effectiveConfig, type ModelRouterConfig, schema } from './config.ts';
import { lower } from './lower.ts';
import { manifest } from './manifest.ts';

export default definePlugin<ModelRouterConfig>({ manifest, schema, effectiveConfig, hooks, lower });

function hooks(config: ModelRouterConfig): FilterHooks {
  const choose = config.auto && autoRouter(config.auto);
  return {
    needs: { requestHeaders: true, requestBody: 'buffered' },
    onRequestHeaders({ request }) {
      const read = pathEnds(request.path, config.suffixes) && kindOf(request.headers.get('content-type')) !== undefined;
      return read ? undefined : { done: true };
    },
    onRequestBody(body, { request }) {
      const type = request.headers.get('content-type');
      const text = body.toString('latin1');
      if (kindOf(type) === 'form') return routeForm(config, text, boundaryOf(type ?? ''));
      if (!text.trimStart().startsWith('{') || !isJsonText(text)) return undefined;
      const raw = readJsonText(text, config.modelPath);
      const model = raw === undefined ? undefined : fromJsonText(raw);
      if (typeof model !== 'string' || model === '') return undefined;
      const put = (name: string) => bytes(editJsonText(text, config.modelPath, toJsonText(name)));
      const chosen = model === AUTO_MODEL ? choose?.(fromJsonText(text)) : undefined;
      if (chosen !== undefined)
        return { headers: { set: { [AUTO_HEADER]: chosen } }, body: put(chosen), reroute: true };
      return route(config, model, put);
    },
  };
}

function kindOf(type: string | undefined): 'json' | 'form' | undefined {
  const lower = type?.toLowerCase() ?? '';
  if (lower.includes('application/json')) return 'json';
  return lower.includes('multipart/form-data') ? 'form' : undefined;
}

function routeForm(
  config: ModelRouterConfig,
  text: string,
  boundary: string | undefined,
): RequestBodyResult | undefined {
  const part =
    boundary === undefined ? undefined : multipartParts(text, boundary)?.find(({ name }) => name === config.modelKey);
  if (part === undefined) return undefined;
  const model = Buffer.from(text.slice(part.contentStart, part.contentEnd), 'latin1').toString('utf8');
  if (model === '') return undefined;
  const put = (name: string) =>
    bytes(
      text.slice(0, part.contentStart) + Buffer.from(name, 'utf8').toString('latin1') + text.slice(part.contentEnd),
    );
  return route(config, model, put);
}

/** Names that cannot stand in a header (control characters) change nothing. */
function route(config: ModelRouterConfig, model: string, put: (name: string) => Buffer): RequestBodyResult | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get into a header
  if (/[\x00-\x1f\x7f]/.test(model)) return undefined;
  const set: Record<string, string> = {};
  let body: Buffer | undefined;
  if (config.modelHeader !== '') set[config.modelHeader] = model;
  const slash = config.providerHeader === '' ? -1 : model.indexOf('/');
  if (slash > 0) {
    set[config.providerHeader] = model.slice(0, slash);
    body = put(model.slice(slash + 1));
  }
  if (Object.keys(set).length === 0) return undefined;
  return { headers: { set }, reroute: true, ...(body === undefined ? {} : { body }) };
}

function bytes(text: string | undefined): Buffer {
  return Buffer.from(text ?? '', 'latin1');
}
