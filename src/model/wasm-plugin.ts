/** WasmPlugin: one plugin, its configuration, and where it holds. Plugin configurations are checked later, against the plugin's own schema. */
import { z } from 'zod';
import type { KubeObject, Parsed, RawDocument } from './object.ts';
import { check, describe, failed, isRecord, type ParseDefaults, readObject, warnUnknown } from './parse.ts';

/** `wasm`: run the real module although a built-in plugin has its name. */
export const WASM_RUNTIME_ANNOTATION = 'higress.io/wasm-runtime';
/** `ext-proc`: run the plugin's hooks although it could be lowered to native filters. */
export const PLUGIN_RUNTIME_ANNOTATION = 'higress.io/plugin-runtime';

const config = z
  .custom<Readonly<Record<string, unknown>>>(isRecord, 'expected a map of configuration keys')
  .meta({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
const names = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

const environment = z.object({
  name: z.string().min(1, 'expected a name').describe('Name of the variable.'),
  valueFrom: z.enum(['INLINE', 'HOST']).default('INLINE').describe('HOST: the value that the gateway has.'),
  value: z.string().default('').describe('Ignored with HOST.'),
});

export const wasmPluginSpecSchema = z.object({
  url: z
    .string()
    .min(1, 'expected an address such as oci://host/repository:tag')
    .describe('Module: `oci://host/repository:tag` (without a scheme it is oci), `https://…` or `file:///…`.'),
  sha256: z.string().default('').describe('Checksum of the module or image.'),
  imagePullPolicy: z
    .enum(['UNSPECIFIED_POLICY', 'IfNotPresent', 'Always'])
    .default('UNSPECIFIED_POLICY')
    .describe('oci only. UNSPECIFIED_POLICY: Always for the tag latest, else IfNotPresent.'),
  imagePullSecret: z.string().default('').describe('Secret of type dockerconfigjson in the namespace of the plugin.'),
  verificationKey: z.string().default('').describe('Has no effect.'),
  pluginName: z.string().default('').describe('Root id inside the module.'),
  pluginConfig: config
    .nullish()
    .describe('Configuration as the plugin reads it. When given, defaultConfig and matchRules are ignored.'),
  phase: z
    .enum(['UNSPECIFIED_PHASE', 'AUTHN', 'AUTHZ', 'STATS'])
    .optional()
    .describe('Phases run in the order AUTHN, AUTHZ, STATS, UNSPECIFIED_PHASE.'),
  priority: z
    .int()
    .min(-(2 ** 31))
    .max(2 ** 31 - 1)
    .nullish()
    .describe('Order inside the phase; the highest runs first.'),
  failStrategy: z
    .enum(['FAIL_CLOSE', 'FAIL_OPEN'])
    .default('FAIL_CLOSE')
    .describe('When the plugin fails: refuse the request, or go on without the plugin.'),
  vmConfig: z
    .object({ env: z.array(environment).default([]).describe('Environment variables.') })
    .nullish()
    .transform((vm) => vm ?? { env: [] })
    .describe('Settings of the Wasm machine.'),
  defaultConfig: config.nullish().describe('Configuration where no rule matches.'),
  defaultConfigDisable: z
    .boolean()
    .nullish()
    .transform((disable) => disable ?? false)
    .describe('true: defaultConfig is not used.'),
});

export const matchRuleSchema = z.object({
  ingress: names.describe('Route names: `name` in the system namespace, else `namespace/name`.'),
  domain: names.describe('Hosts; `*.example.com` is every host that ends so.'),
  service: names.describe('`host` or `host:port`.'),
  config: config.nullish().describe('Configuration where the rule matches.'),
  configDisable: z
    .boolean()
    .nullish()
    .transform((disable) => disable ?? false)
    .describe('true: the rule is left out.'),
  routeType: z.enum(['HTTP', 'GRPC']).default('HTTP').describe('Kind of the routes that `ingress` names.'),
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
