/** Vertex AI: Gemini's language (Anthropic's for Claude models) at the paths of a project, with tokens of a service account or an API key. */
import { CHAT, type DetectedApi, fillPath, joinQuery } from '../../api.ts';
import { uuid } from '../../ids.ts';
import { asString, type JsonObject } from '../../json.ts';
import { createModelMapper } from '../../model-mapping.ts';
import { configured } from '../compatible.ts';
import { VERTEX_AI } from '../gemini/dialect.ts';
import { wantsBase64 } from '../gemini/embeddings.ts';
import { readGoogleError } from '../gemini/errors.ts';
import { fromGemini } from '../gemini/from-gemini.ts';
import { fromDrawing, fromPredict, type ImageTask, toDrawing, toPredict } from '../gemini/images.ts';
import { callersQuery, detectNative } from '../gemini/native.ts';
import { geminiStream } from '../gemini/stream.ts';
import { toGemini } from '../gemini/to-gemini.ts';
import { type Provider, type Translation, TranslationError, type VendorCall } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import { accessTokens } from './access-token.ts';
import { claudeOnVertex } from './claude.ts';
import { fromPredictions, toInstances } from './embeddings.ts';
import { hostOf, modelPath, modeOf, openaiPath, vertexModel, withKey } from './mode.ts';
import { openaiOnVertex } from './openai-compatible.ts';

const RAW =
  /\/(?<api_version>[^/]+)\/projects\/(?<project>[^/]+)\/locations\/(?<location>[^/]+)\/publishers\/(?<publisher>[^/]+)\/models\/(?<model>[^/]+):(?<action>[^/:]+)$/;
const RAW_PATH =
  '/{api_version}/projects/{project}/locations/{location}/publishers/{publisher}/models/{model}:{action}';

const IMAGE_TASKS: Readonly<Partial<Record<DetectedApi['name'], ImageTask>>> = {
  'openai/v1/imagegeneration': 'generate',
  'openai/v1/imageedit': 'edit',
  'openai/v1/imagevariation': 'vary',
};
const FORMS = new Set(['openai/v1/imageedit', 'openai/v1/imagevariation'] as const);
const EDITED = new Set([CHAT, 'openai/v1/embeddings', 'openai/v1/imagegeneration', ...FORMS] as const);

export function vertexProvider(settings: ProviderSettings): Provider {
  const mode = modeOf(settings);
  const mapper = createModelMapper(settings.modelMapping);
  const tokens = mode === 'express' ? undefined : accessTokens(settings);
  const own = configured(settings);
  return {
    type: 'vertex',
    host: settings.providerDomain || hostOf(settings),
    auth: 'none',
    passesUnknownApis: false,
    editsBodies: true,
    editedApis: EDITED,
    readsForms: FORMS,
    capabilities: { ...(mode === 'openai' ? { [CHAT]: openaiPath(settings) } : capabilities(settings)), ...own },
    detect: (path) => detectRaw(path) ?? detectNative(path, mapper),
    finishPath: (path, { token }) => withKey(path, settings, token),
    credentials: async ({ host }) =>
      tokens
        ? { set: { authorization: `Bearer ${await tokens.get(host)}` }, remove: ['x-goog-api-key'] }
        : { remove: ['authorization', 'x-goog-api-key'] },
    dispose: () => tokens?.dispose(),
    readError: readGoogleError,
    translation: ({ name }, call) => translationOf(name, call, settings, own[name]),
  };
}

function capabilities(settings: ProviderSettings): Provider['capabilities'] {
  const google = (action: string) => modelPath(settings, 'google', '{model}', action);
  return {
    [CHAT]: google('generateContent'),
    'openai/v1/embeddings': google('predict'),
    'openai/v1/imagegeneration': google('generateContent'),
    'openai/v1/imageedit': google('generateContent'),
    'openai/v1/imagevariation': google('generateContent'),
    'gemini/v1beta/generatecontent': google('generateContent'),
    'gemini/v1beta/streamgeneratecontent': google('streamGenerateContent'),
    'vertex/raw': RAW_PATH,
  };
}

function detectRaw(path: string): DetectedApi | undefined {
  const found = RAW.exec(path)?.groups;
  return found && { name: 'vertex/raw', variables: { ...found } };
}

/** `template`: the operator's own path for the API, with `{publisher}`, `{model}` and `{action}`. */
function translationOf(
  api: DetectedApi['name'],
  call: VendorCall,
  settings: ProviderSettings,
  template: string | undefined,
): Translation | undefined {
  const task = IMAGE_TASKS[api];
  if (api !== CHAT && api !== 'openai/v1/embeddings' && !task) return undefined;
  const finished = (path: string): string => withKey(joinQuery(path, callersQuery(call.path)), settings, call.token);
  if (modeOf(settings) === 'openai') {
    return api === CHAT ? openaiOnVertex(finished(template ?? openaiPath(settings))) : undefined;
  }
  const path: PathOf = (publisher, model, action) =>
    finished(
      template ? fillPath(template, { publisher, model, action }) : modelPath(settings, publisher, model, action),
    );
  const created = () => Math.floor(call.host.now() / 1000);
  if (task) return images(task, settings, path, created);
  return api === CHAT ? chat(call, settings, path, created) : embeddings(path);
}

type PathOf = (publisher: string, model: string, action: string) => string;

/** Which language is spoken is known once the model is. */
function chat(call: VendorCall, settings: ProviderSettings, path: PathOf, created: () => number): Translation {
  const claude = claudeOnVertex(path, created);
  let model = vertexModel('');
  const options = () => ({
    dialect: VERTEX_AI,
    model: model.name,
    created: created(),
    newId: () => uuid(call.host.random),
  });
  const isClaude = () => model.publisher === 'anthropic';
  return {
    async request(body) {
      model = vertexModel(asString(body.model) ?? '');
      if (isClaude()) return claude.request(body);
      const action = body.stream === true ? 'streamGenerateContent?alt=sse' : 'generateContent';
      return {
        body: await toGemini({ ...body, model: model.name }, { dialect: VERTEX_AI, settings, fetchImages: none }),
        path: path(model.publisher, model.segment, action),
      };
    },
    response: (text, answer) => (isClaude() ? claude.response(text, answer) : { body: fromGemini(text, options()) }),
    stream: (answer) => (isClaude() ? claude.stream(answer) : geminiStream(options())),
  };
}

/** Vertex AI reads URLs of images by itself. */
const none = async () => new Map<string, never>();

function embeddings(path: PathOf): Translation {
  let model = vertexModel('');
  let base64 = false;
  return {
    request(body) {
      model = vertexModel(asString(body.model) ?? '');
      base64 = wantsBase64(body);
      return { body: toInstances(body), path: path(model.publisher, model.segment, 'predict') };
    },
    response: (text) => ({ body: fromPredictions(text, model.name, base64) }),
  };
}

function images(task: ImageTask, settings: ProviderSettings, path: PathOf, created: () => number): Translation {
  let predicts = false;
  return {
    request(body: JsonObject) {
      const { publisher, segment, name } = vertexModel(asString(body.model) ?? '');
      predicts = name.startsWith('imagen');
      if (predicts && task !== 'generate') {
        throw new TranslationError(`model "${name}" draws from words only; use a Gemini model for edits`, 400);
      }
      return {
        body: predicts ? toPredict(body) : toDrawing(body, task, settings),
        path: path(publisher, segment, predicts ? 'predict' : 'generateContent'),
        headers: { 'content-type': 'application/json' },
      };
    },
    response: (text) => ({ body: predicts ? fromPredict(text, created()) : fromDrawing(text, created()) }),
  };
}
