/** The Gemini API: OpenAI's chat, embeddings, models and images are translated; its own generateContent passes with the model mapped in the path. */
import { CHAT, type DetectedApi, fillPath, joinQuery } from '../../api.ts';
import { uuid } from '../../ids.ts';
import { asString } from '../../json.ts';
import { createModelMapper } from '../../model-mapping.ts';
import { configured } from '../compatible.ts';
import type { Provider, Translation, VendorCall } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import { GEMINI_API } from './dialect.ts';
import { fromBatchEmbed, toBatchEmbed, wantsBase64 } from './embeddings.ts';
import { readGoogleError } from './errors.ts';
import { fetchImages } from './fetch-images.ts';
import { fromGemini } from './from-gemini.ts';
import { fromDrawing, fromPredict, toDrawing, toPredict } from './images.ts';
import { fromModels } from './models.ts';
import { actionPath, callersQuery, detectNative, encodeModel, withoutParameters } from './native.ts';
import { geminiStream } from './stream.ts';
import { bareModel, toGemini } from './to-gemini.ts';

const DEFAULT_VERSION = 'v1beta';
const EDITED = new Set([CHAT, 'openai/v1/embeddings', 'openai/v1/imagegeneration'] as const);

export function geminiProvider(settings: ProviderSettings): Provider {
  const version = settings.apiVersion || DEFAULT_VERSION;
  const mapper = createModelMapper(settings.modelMapping);
  const own = configured(settings);
  return {
    type: 'gemini',
    host: settings.providerDomain || 'generativelanguage.googleapis.com',
    auth: { header: 'x-goog-api-key', prefix: '' },
    passesUnknownApis: false,
    editsBodies: true,
    editedApis: EDITED,
    capabilities: {
      [CHAT]: `/${version}/models/{model}:generateContent`,
      'openai/v1/embeddings': `/${version}/models/{model}:batchEmbedContents`,
      'openai/v1/imagegeneration': `/${version}/models/{model}:predict`,
      'openai/v1/models': `/${version}/models`,
      'gemini/v1beta/generatecontent': '/{api_version}/models/{model}:generateContent',
      'gemini/v1beta/streamgeneratecontent': '/{api_version}/models/{model}:streamGenerateContent',
      ...own,
    },
    detect: (path) => detectNative(path, mapper),
    // A key of the caller's in the query would go before the header.
    finishPath: (path) => withoutParameters(path, ['key']),
    readError: readGoogleError,
    translation: ({ name }, call) => translationOf(name, call, settings, version, own[name]),
  };
}

/** `template`: the operator's own path for the API, with `{model}` and `{action}`. */
function translationOf(
  api: DetectedApi['name'],
  call: VendorCall,
  settings: ProviderSettings,
  version: string,
  template: string | undefined,
): Translation | undefined {
  const pathOf = (model: string, action: string, query = ''): string => {
    const path = template
      ? fillPath(template, { model: encodeModel(model), action })
      : actionPath(version, model, action);
    return joinQuery(path, query);
  };
  const created = () => Math.floor(call.host.now() / 1000);
  switch (api) {
    case CHAT:
      return chat(call, settings, pathOf);
    case 'openai/v1/embeddings':
      return embeddings(call, pathOf);
    case 'openai/v1/imagegeneration':
      return images(call, settings, pathOf, created);
    case 'openai/v1/models':
      return { request: (body) => ({ body }), response: (text) => ({ body: fromModels(text) }) };
    default:
      return undefined;
  }
}

type PathOf = (model: string, action: string, query?: string) => string;

function chat(call: VendorCall, settings: ProviderSettings, pathOf: PathOf): Translation {
  let model = '';
  const { host } = call;
  const options = () => ({
    dialect: GEMINI_API,
    model,
    created: Math.floor(host.now() / 1000),
    newId: () => uuid(host.random),
  });
  const fetch = (urls: readonly string[]) => fetchImages(urls, call, settings.geminiImagePublicOnly);
  return {
    async request(body) {
      model = bareModel(asString(body.model) ?? '');
      const stream = body.stream === true;
      const query = callersQuery(call.path);
      return {
        body: await toGemini(body, { dialect: GEMINI_API, settings, fetchImages: fetch }),
        path: stream ? pathOf(model, 'streamGenerateContent?alt=sse', query) : pathOf(model, 'generateContent', query),
      };
    },
    response: (text) => ({ body: fromGemini(text, options()) }),
    stream: () => geminiStream(options()),
  };
}

function embeddings(call: VendorCall, pathOf: PathOf): Translation {
  let model = '';
  let base64 = false;
  return {
    request(body) {
      model = bareModel(asString(body.model) ?? '');
      base64 = wantsBase64(body);
      return { body: toBatchEmbed(body, model), path: pathOf(model, 'batchEmbedContents', callersQuery(call.path)) };
    },
    response: (text) => ({ body: fromBatchEmbed(text, model, base64) }),
  };
}

function images(call: VendorCall, settings: ProviderSettings, pathOf: PathOf, created: () => number): Translation {
  let draws = false;
  return {
    request(body) {
      const model = bareModel(asString(body.model) ?? '');
      draws = model.startsWith('gemini');
      const query = callersQuery(call.path);
      return draws
        ? { body: toDrawing(body, 'generate', settings), path: pathOf(model, 'generateContent', query) }
        : { body: toPredict(body), path: pathOf(model, 'predict', query) };
    },
    response: (text) => ({ body: draws ? fromDrawing(text, created()) : fromPredict(text, created()) }),
  };
}
