/** WasmPlugin: one plugin, its configuration, and where it holds. Plugin configurations are checked later, against the plugin's own schema. */
import { z } from 'zod';
import type { KubeObject, Parsed, RawDocument } from './object.ts';
import { check, describe, failed, isRecord, type ParseDefaults, readObject, warnUnknown } from './parse.ts';

/** `wasm`: run the real module although a built-in plugin has its name. */
export const WASM_RUNTIME_ANNOTATION = 'higress.io/wasm-runtime';
/** `ext-proc`: run the plugin's hooks although it could be lowered to native filters. */
export const PLUGIN_RUNTIME_ANNOTATION = 'higress.io/plugin-runtime';

const config = z.custom<Readonly<Record<string, unknown>>>(isRecord, 'expected a map of configuration keys');
const names = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

const environment = z.object({
  name: z.string().min(1, 'expected a name'),
  valueFrom: z.enum(['INLINE', 'HOST']).default('INLINE'),
  value: z.string().default(''),
});

export const wasmPluginSpecSchema = z.object({
  url: z.string().min(1, 'expected an address such as oci://host/repository:tag'),
  sha256: z.string().default(''),
  imagePullPolicy: z.enum(['UNSPECIFIED_POLICY', 'IfNotPresent', 'Always']).default('UNSPECIFIED_POLICY'),
  imagePullSecret: z.string().default(''),
  verificationKey: z.string().default(''),
  pluginName: z.string().default(''),
  pluginConfig: config.nullish(),
  phase: z.enum(['UNSPECIFIED_PHASE', 'AUTHN', 'AUTHZ', 'STATS']).optional(),
  priority: z
    .int()
    .min(-(2 ** 31))
    .max(2 ** 31 - 1)
    .nullish(),
  failStrategy: z.enum(['FAIL_CLOSE', 'FAIL_OPEN']).default('FAIL_CLOSE'),
  vmConfig: z
    .object({ env: z.array(environment).default([]) })
    .nullish()
    .transform((vm) => vm ?? { env: [] }),
  defaultConfig: config.nullish(),
  defaultConfigDisable: z
    .boolean()
    .nullish()
    .transform((disable) => disable ?? false),
});

export const matchRuleSchema = z.object({
  ingress: names.describe('Route names: `name` in the system namespace, else `namespace/name`.'),
  domain: names,
  service: names.describe('`host` or `host:port`.'),
  config: config.nullish(),
  configDisable: z
    .boolean()
    .nullish()
    .transform((disable) => disable ?? false),
  routeType: z.enum(['HTTP', 'GRPC']).default('HTTP'),
});

export type MatchRule = Readonly<z.infer<typeof matchRuleSchema>>;

export interface WasmPluginRule {
  readonly rule: MatchRule;
  /** `spec.matchRules[1]` */
  readonly path: string;
}

export interface WasmPlugin extends KubeObject<'WasmPlugin'> {
  readonly spec: Readonly<z.infer<typeof wasmPluginSpecSchema>> & {
    /** Well-formed ones, in order. */
    readonly matchRules: readonly WasmPluginRule[];
    /** Some rule was left out because of its form. */
    readonly incomplete: boolean;
  };
}

export function parseWasmPlugin(raw: RawDocument, defaults: ParseDefaults): Parsed<WasmPlugin> {
  const read = readObject('WasmPlugin', raw, defaults);
  if (read.base === undefined) return failed(read.problems);
  const fields = read.document.spec ?? {};
  warnUnknown(fields, [...Object.keys(wasmPluginSpecSchema.shape), 'matchRules'], 'spec', read);
  const spec = check(wasmPluginSpecSchema, fields, 'spec', read);
  const list = isRecord(fields) ? (fields.matchRules ?? []) : [];
  if (!Array.isArray(list)) read.error('spec.matchRules', `spec.matchRules must be a list, not ${describe(list)}`);
  if (spec === undefined || !Array.isArray(list)) return failed(read.problems);
  const matchRules = list.flatMap((entry, index): WasmPluginRule[] => {
    const path = `spec.matchRules[${index}]`;
    warnUnknown(entry, Object.keys(matchRuleSchema.shape), path, read);
    const rule = check(matchRuleSchema, entry, path, read);
    return rule === undefined ? [] : [{ rule, path }];
  });
  const object = { ...read.base, spec: { ...spec, matchRules, incomplete: matchRules.length < list.length } };
  return { object, problems: read.problems };
}
