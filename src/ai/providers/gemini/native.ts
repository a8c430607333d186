/** Paths of the Gemini API. The model stands in the path: it is mapped there. */
import type { DetectedApi } from '../../api.ts';
import { splitPath } from '../../api.ts';
import type { ModelMapper } from '../../model-mapping.ts';
import { bareModel } from './to-gemini.ts';

const NATIVE =
  /\/(?<api_version>v\d[a-z0-9]*)\/models\/(?<model>[^/]+):(?<action>generateContent|streamGenerateContent)$/;

/** `path` without query. */
export function detectNative(path: string, mapper: ModelMapper): DetectedApi | undefined {
  const found = NATIVE.exec(path)?.groups;
  if (!found) return undefined;
  const model = mapper.map(decode(found.model ?? ''));
  return {
    name: found.action === 'generateContent' ? 'gemini/v1beta/generatecontent' : 'gemini/v1beta/streamgeneratecontent',
    variables: { api_version: found.api_version ?? '', model: encodeModel(bareModel(model)) },
  };
}

/** Path of a model's action. Tuned models have a place of their own. */
export function actionPath(version: string, model: string, action: string): string {
  const place = model.startsWith('tunedModels/') ? '' : 'models/';
  return `/${version}/${place}${encodeModel(model)}:${action}`;
}

/** For one or more path segments; the version mark `@` of Vertex's names stays readable. */
export function encodeModel(model: string): string {
  return model
    .split('/')
    .map((segment) => encodeURIComponent(segment).replaceAll('%40', '@'))
    .join('/');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The path without parameters of that name in its query. Other parameters stay byte for byte. */
export function withoutParameters(pathWithQuery: string, names: readonly string[]): string {
  const { path, query } = splitPath(pathWithQuery);
  if (query === '') return pathWithQuery;
  const kept = query
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !names.includes(pair.split('=', 1)[0] ?? ''));
  return kept.length > 0 ? `${path}?${kept.join('&')}` : path;
}

/** Set by the gateway itself, or meant for the API that the caller believes to speak to: Google refuses parameters that it does not know. */
const NOT_KEPT = ['key', 'alt', 'beta', 'api-version'];

/** What the caller of a translated request asked beside the path. With `?`, or empty. */
export function callersQuery(pathWithQuery: string): string {
  return splitPath(withoutParameters(pathWithQuery, NOT_KEPT)).query;
}
