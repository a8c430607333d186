import { z } from 'zod';
import { plainPath } from '#lib/json-text.ts';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { DEFAULT_SUFFIXES, modelScope } from '#plugin-sdk/model-paths.ts';
import { parseConfig } from '#plugin-sdk/parse-config.ts';

export const schema = z.looseObject({
  ...modelScope,
  modelToHeader: z.string().default('').describe('Header that receives the model name as the caller wrote it.'),
  addProviderHeader: z
    .string()
    .default('')
    .describe(
      'Header that receives the part before the first `/` of the model name; the body keeps the part behind it.',
    ),
  autoRouting: z
    .looseObject({
      enable: z.boolean().default(false),
      defaultModel: z.string().default('').describe('Used when no pattern fits.'),
      rules: z
        .array(z.looseObject({ pattern: z.string().describe('RE2, anywhere in the text.'), model: z.string() }))
        .default([])
        .describe('Tried in order on the last user message.'),
    })
    .optional()
    .describe('Chooses the model for requests that ask for `higress/auto`.'),
});

export interface AutoRouting {
  readonly defaultModel: string;
  readonly rules: readonly { readonly pattern: string; readonly model: string }[];
}

export interface ModelRouterConfig {
  /** Member names from the outside in. */
  readonly modelPath: readonly string[];
  /** As written; the name of the form field. */
  readonly modelKey: string;
  readonly suffixes: readonly string[];
  /** Lower case; empty = none. */
  readonly modelHeader: string;
  readonly providerHeader: string;
  readonly auto?: AutoRouting;
}

/** Undefined when the plugin has nothing to do. */
export function effectiveConfig(global: unknown, rule: unknown): ModelRouterConfig | undefined {
  const config = parseConfig(schema, rule ?? global);
  const modelPath = plainPath(config.modelKey);
  if (modelPath === undefined) {
    const hint = 'name a member of the body, such as model or request.model';
    throw new PluginConfigError('modelKey', `"${config.modelKey}" is not a plain path`, hint);
  }
  const auto = config.autoRouting?.enable === true ? config.autoRouting : undefined;
  if (config.modelToHeader === '' && config.addProviderHeader === '' && auto === undefined) return undefined;
  return {
    modelPath,
    modelKey: config.modelKey,
    suffixes: config.enableOnPathSuffix ?? DEFAULT_SUFFIXES,
    modelHeader: headerName('modelToHeader', config.modelToHeader),
    providerHeader: headerName('addProviderHeader', config.addProviderHeader),
    ...(auto === undefined ? {} : { auto: { defaultModel: auto.defaultModel, rules: auto.rules } }),
  };
}

function headerName(path: string, name: string): string {
  if (name !== '' && !/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) {
    throw new PluginConfigError(path, `"${name}" is not a header name`);
  }
  return name.toLowerCase();
}
