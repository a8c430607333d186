import { z } from 'zod';
import { plainPath } from '#lib/json-text.ts';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { DEFAULT_SUFFIXES, modelScope } from '#plugin-sdk/model-paths.ts';
import { parseConfig } from '#plugin-sdk/parse-config.ts';

export const schema = z.looseObject({
  ...modelScope,
  modelMapping: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      'Model name to model name. `x*` maps every name that begins with x, `*` all others; an empty target keeps the name.',
    ),
});

export interface ModelMapperConfig {
  /** Member names from the outside in. */
  readonly modelPath: readonly string[];
  readonly suffixes: readonly string[];
  readonly exact: Readonly<Record<string, string>>;
  /** Sorted by key; the first that fits counts. */
  readonly prefixes: readonly (readonly [prefix: string, target: string])[];
  /** Target of `*`; empty = none. */
  readonly rest: string;
}

/** Undefined when no mapping is there. */
export function effectiveConfig(global: unknown, rule: unknown): ModelMapperConfig | undefined {
  const { modelKey, modelMapping, enableOnPathSuffix } = parseConfig(schema, rule ?? global);
  const modelPath = plainPath(modelKey);
  if (modelPath === undefined) {
    throw new PluginConfigError(
      'modelKey',
      `"${modelKey}" is not a plain path`,
      'name a member of the body, such as model or request.model',
    );
  }
  const entries = Object.entries(modelMapping);
  if (entries.length === 0) return undefined;
  const prefixes = entries
    .filter(([key]) => key !== '*' && key.endsWith('*'))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, target]) => [key.slice(0, -1), target] as const);
  return {
    modelPath,
    suffixes: enableOnPathSuffix ?? DEFAULT_SUFFIXES,
    exact: Object.fromEntries(entries.filter(([key]) => !key.endsWith('*'))),
    prefixes,
    rest: modelMapping['*'] ?? '',
  };
}

/** The name to send instead; the name itself when nothing maps it. */
export function mapModel(config: ModelMapperConfig, model: string): string {
  const exact = Object.hasOwn(config.exact, model) ? config.exact[model] : undefined;
  const target = exact ?? config.prefixes.find(([prefix]) => model.startsWith(prefix))?.[1] ?? config.rest;
  return target || model;
}
