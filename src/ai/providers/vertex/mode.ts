/** The three ways to Vertex AI, and where a request stands in each. */
import { splitPath } from '../../api.ts';
import { encodeModel, withoutParameters } from '../gemini/native.ts';
import type { ProviderSettings } from '../settings.ts';
import { readServiceAccount } from './service-account.ts';

/** `standard`: service account; `express`: API key; `openai`: service account, the OpenAI-compatible interface. */
export type VertexMode = 'standard' | 'express' | 'openai';

export function modeOf(settings: ProviderSettings): VertexMode {
  if (settings.apiTokens.length > 0) return 'express';
  return settings.vertexOpenAICompatible ? 'openai' : 'standard';
}

const REQUIRED = ['vertexAuthKey', 'vertexRegion', 'vertexProjectId', 'vertexAuthServiceName'] as const;

/** The first key that cannot work, and why. */
export function vertexProblem(settings: ProviderSettings): readonly [path: string, message: string] | undefined {
  if (modeOf(settings) === 'express') {
    return settings.vertexOpenAICompatible
      ? ['vertexOpenAICompatible', 'needs a service account; remove apiTokens']
      : undefined;
  }
  const missing = REQUIRED.find((key) => !settings[key]);
  if (missing) return [missing, 'must be set for type "vertex" without apiTokens'];
  try {
    readServiceAccount(settings.vertexAuthKey);
  } catch (error) {
    return ['vertexAuthKey', (error as Error).message];
  }
  return undefined;
}

export function hostOf(settings: ProviderSettings): string {
  const region = settings.vertexRegion.toLowerCase();
  const prefix = modeOf(settings) === 'express' || region === '' || region === 'global' ? '' : `${region}-`;
  return `${prefix}aiplatform.googleapis.com`;
}

/** Path before `/publishers/…`. */
function placeOf(settings: ProviderSettings): string {
  if (modeOf(settings) === 'express') return '/v1';
  return `/v1/projects/${settings.vertexProjectId}/locations/${settings.vertexRegion.toLowerCase()}`;
}

/** `model` already encoded, or a placeholder. */
export function modelPath(settings: ProviderSettings, publisher: string, model: string, action: string): string {
  return `${placeOf(settings)}/publishers/${publisher}/models/${model}:${action}`;
}

export function openaiPath(settings: ProviderSettings): string {
  return `/v1beta1/projects/${settings.vertexProjectId}/locations/${settings.vertexRegion.toLowerCase()}/endpoints/openapi/chat/completions`;
}

/** The key of express mode stands in the query; the caller's own never goes on. */
export function withKey(pathWithQuery: string, settings: ProviderSettings, token: string | undefined): string {
  const clean = withoutParameters(pathWithQuery, ['key']);
  if (modeOf(settings) !== 'express' || token === undefined) return clean;
  return `${clean}${splitPath(clean).query === '' ? '?' : '&'}key=${encodeURIComponent(token)}`;
}

export interface VertexModel {
  readonly publisher: 'google' | 'anthropic';
  /** For a path. */
  readonly segment: string;
  readonly name: string;
}

/** Models may be named with or without their publisher. */
export function vertexModel(model: string): VertexModel {
  const name = model.replace(/^(?:publishers\/)?(?:google|anthropic)\/(?:models\/)?|^models\//, '');
  return { publisher: name.startsWith('claude') ? 'anthropic' : 'google', segment: encodeModel(name), name };
}
