/** One WasmPlugin made ready: what it does on a route that no rule matches, and what each rule does. */
import type { PluginBinding, PluginPhase, Problem, WasmModuleRef } from '#ir/types.ts';
import { didYouMean } from '#lib/did-you-mean.ts';
import { contentHash } from '#lib/hash.ts';
import { originOf } from '#model/object.ts';
import { type Fields, type Reporter, reporter } from '#model/parse.ts';
import { PLUGIN_RUNTIME_ANNOTATION, WASM_RUNTIME_ANNOTATION, type WasmPlugin } from '#model/wasm-plugin.ts';
import type { WorldSettings } from '#model/world.ts';
import type { PluginCatalogue, PluginDefinition } from '#plugin-sdk/definition.ts';
import { effectiveScopes } from './effective.ts';
import { matchesRoute, type RouteFacts, type RuleMatch, shadows } from './match.ts';
import { type Scopes, scopesOf } from './scopes.ts';
import { type SecretReference, substituteSecrets } from './secret-template.ts';
import { type PluginUrl, parsePluginUrl } from './url.ts';

export interface PluginInstance {
  /** `name.namespace`, the order among equals. */
  readonly sortKey: string;
  readonly phase: PluginPhase;
  readonly priority: number;
  /** Hash of everything that the instance does. */
  readonly version: string;
  readonly domains: readonly string[];
  bindingFor(route: RouteFacts): PluginBinding | undefined;
}

export interface PreparedInstance {
  /** Undefined when nothing of the object can run. */
  readonly instance: PluginInstance | undefined;
  readonly problems: readonly Problem[];
  /** No error anywhere in the object. */
  readonly valid: boolean;
}

export type InstanceSettings = Pick<WorldSettings, 'systemNamespace' | 'pluginUrlPattern'>;

type Lookup = (reference: SecretReference) => string | undefined;

export function prepareInstance(
  plugin: WasmPlugin,
  catalogue: PluginCatalogue,
  settings: InstanceSettings,
  lookup: Lookup,
): PreparedInstance {
  const report = reporter(originOf(plugin));
  const instance = build(plugin, catalogue, settings, lookup, report);
  const valid = !plugin.spec.incomplete && !report.problems.some(({ severity }) => severity === 'error');
  return { instance, problems: report.problems, valid };
}

function build(
  plugin: WasmPlugin,
  catalogue: PluginCatalogue,
  { systemNamespace, pluginUrlPattern }: InstanceSettings,
  lookup: Lookup,
  report: Reporter,
): PluginInstance | undefined {
  const { spec } = plugin;
  const url = parsePluginUrl(spec.url, pluginUrlPattern);
  if (url === undefined) {
    report.error('spec.url', `spec.url "${spec.url}" is no address of a plugin`, {
      reason: 'PluginUrlInvalid',
      value: spec.url,
      hint: 'use oci://host/repository:tag, https://host/plugin.wasm or the name of a built-in plugin',
    });
    return undefined;
  }
  const scopes = filledScopes(plugin, systemNamespace, lookup, report);
  if (scopes === undefined) return undefined;
  tellShadowed(scopes, report);
  const definition = builtinOf(plugin, url, catalogue);
  return definition === undefined
    ? wasmInstance(plugin, url, scopes, catalogue, report)
    : builtinInstance(plugin, definition, scopes, report);
}

/** Fills in secrets. Undefined when one is missing: a configuration with a template in the place of a password must not run. */
function filledScopes(
  plugin: WasmPlugin,
  systemNamespace: string,
  lookup: Lookup,
  report: Reporter,
): Scopes | undefined {
  const { spec } = plugin;
  let complete = true;
  const fill = (config: Fields | null | undefined, path: string): Fields | undefined => {
    if (config === null || config === undefined) return undefined;
    const { value, missing } = substituteSecrets(config, path, systemNamespace, lookup);
    for (const { namespace, name, key, path: at } of missing) {
      complete = false;
      const allowed = namespace === systemNamespace;
      report.error(
        at,
        `${at} names key "${key}" of Secret ${namespace}/${name}, which ${allowed ? 'is not there' : 'may not be read from here'}`,
        {
          reason: 'SecretMissing',
          value: `${namespace}/${name}.${key}`,
          hint: allowed
            ? 'create the Secret with this key'
            : `only Secrets of namespace ${systemNamespace} may be named`,
        },
      );
    }
    return value;
  };
  const pluginConfig = fill(spec.pluginConfig, 'spec.pluginConfig');
  const defaultConfig = pluginConfig === undefined ? fill(spec.defaultConfig, 'spec.defaultConfig') : undefined;
  const rules =
    pluginConfig === undefined ? spec.matchRules.map(({ rule, path }) => fill(rule.config, `${path}.config`)) : [];
  if (!complete) return undefined;
  return scopesOf(
    plugin,
    {
      rules,
      ...(pluginConfig === undefined ? {} : { pluginConfig }),
      ...(defaultConfig === undefined ? {} : { defaultConfig }),
    },
    report,
  );
}

function tellShadowed({ rules }: Scopes, report: Reporter): void {
  for (const [index, rule] of rules.entries()) {
    const earlier = rules.slice(0, index).find((before) => shadows(before.match, rule.match));
    if (earlier === undefined) continue;
    report.warning(
      rule.path,
      `${rule.path} is never reached: ${earlier.path} matches everything that it matches and stands before it`,
      {
        reason: 'RuleShadowed',
        hint: 'the first rule that matches wins; put the narrower rule first',
      },
    );
  }
}

function builtinOf(plugin: WasmPlugin, url: PluginUrl, catalogue: PluginCatalogue): PluginDefinition | undefined {
  if (plugin.metadata.annotations[WASM_RUNTIME_ANNOTATION] === 'wasm') return undefined;
  for (const name of url.names) {
    const definition = catalogue.get(name);
    if (definition !== undefined) return definition;
  }
  return undefined;
}

interface Order {
  readonly sortKey: string;
  readonly phase: PluginPhase;
  readonly priority: number;
}

function orderOf({ metadata, spec }: WasmPlugin, definition?: PluginDefinition): Order {
  return {
    sortKey: `${metadata.name}.${metadata.namespace}`,
    phase: spec.phase ?? definition?.manifest.phase ?? 'UNSPECIFIED_PHASE',
    priority: spec.priority ?? definition?.manifest.priority ?? 0,
  };
}

function bindingBase(plugin: WasmPlugin, { phase, priority }: Order) {
  return {
    instance: `${plugin.metadata.namespace}/${plugin.metadata.name}`,
    phase,
    priority,
    failStrategy: plugin.spec.failStrategy === 'FAIL_OPEN' ? ('open' as const) : ('closed' as const),
    origin: originOf(plugin),
  };
}

function builtinInstance(
  plugin: WasmPlugin,
  definition: PluginDefinition,
  scopes: Scopes,
  report: Reporter,
): PluginInstance | undefined {
  tellIgnored(plugin, definition, report);
  const order = orderOf(plugin, definition);
  if (!scopes.delivered) return idle(order);
  const effective = effectiveScopes(definition, scopes, report);
  if (effective === undefined) return undefined;
  const base = bindingBase(plugin, order);
  const forceHooks = plugin.metadata.annotations[PLUGIN_RUNTIME_ANNOTATION] === 'ext-proc';
  const binding = (config: unknown): PluginBinding | undefined => {
    if (config === undefined) return undefined;
    const choosesCluster = definition.choosesCluster?.(config);
    return {
      ...base,
      kind: 'builtin',
      plugin: definition.manifest.name,
      config,
      ...(forceHooks ? { forceHooks } : {}),
      ...(choosesCluster === undefined ? {} : { choosesCluster }),
    };
  };
  const rules = effective.rules.map(({ rule, effective: { config } }) => ({
    match: rule.match,
    binding: binding(config),
  }));
  const global = binding(effective.global?.config);
  return {
    ...order,
    version: contentHash([definition.manifest.version, global ?? null, rules]),
    domains: domainsOf(rules),
    bindingFor: (route) => {
      const rule = rules.find(({ match }) => matchesRoute(match, route));
      return rule === undefined ? global : rule.binding;
    },
  };
}

function tellIgnored({ spec }: WasmPlugin, { manifest }: PluginDefinition, report: Reporter): void {
  const given = [
    spec.sha256 === '' ? [] : ['sha256'],
    spec.pluginName === '' ? [] : ['pluginName'],
    spec.vmConfig.env.length === 0 ? [] : ['vmConfig'],
    spec.imagePullSecret === '' ? [] : ['imagePullSecret'],
  ].flat();
  if (given.length === 0) return;
  const verb = given.length === 1 ? 'has' : 'have';
  report.warning(
    'spec.url',
    `${given.join(', ')} ${verb} no effect: ${manifest.name} is built in and no module is fetched`,
    {
      reason: 'FieldIgnored',
      hint: `the annotation ${WASM_RUNTIME_ANNOTATION}: wasm runs the module of spec.url instead`,
    },
  );
}

function wasmInstance(
  plugin: WasmPlugin,
  url: PluginUrl,
  scopes: Scopes,
  catalogue: PluginCatalogue,
  report: Reporter,
): PluginInstance | undefined {
  const order = orderOf(plugin);
  const module = moduleOf(plugin, url, report);
  if (module === undefined) return undefined;
  if (!scopes.delivered) return idle(order);
  tellNear(url, catalogue, report);
  const binding: PluginBinding = {
    ...bindingBase(plugin, order),
    kind: 'wasm',
    module,
    rootId: plugin.spec.pluginName,
    config: scopes.raw,
    env: plugin.spec.vmConfig.env.map(({ name, value, valueFrom }) =>
      valueFrom === 'HOST' ? { name, fromHost: true } : { name, value },
    ),
  };
  return {
    ...order,
    version: contentHash(binding),
    domains: domainsOf(scopes.rules),
    // The module evaluates its rules itself; routes that none of them can match are spared the call into it.
    bindingFor: (route) =>
      scopes.global !== undefined || scopes.rules.some(({ match }) => matchesRoute(match, route)) ? binding : undefined,
  };
}

function moduleOf(
  plugin: WasmPlugin,
  { url, scheme, tag, digest }: PluginUrl,
  report: Reporter,
): WasmModuleRef | undefined {
  const { spec, metadata } = plugin;
  const sha256 = spec.sha256.replace(/^sha256:/, '').toLowerCase();
  if (sha256 !== '' && !/^[0-9a-f]{64}$/.test(sha256)) {
    report.error('spec.sha256', `spec.sha256 "${spec.sha256}" is no SHA-256 sum`, {
      reason: 'ChecksumInvalid',
      value: spec.sha256,
      hint: 'give 64 hexadecimal digits',
    });
    return undefined;
  }
  if (sha256 !== '' && digest !== undefined && digest !== sha256) {
    report.error('spec.sha256', 'spec.sha256 differs from the digest in spec.url', {
      reason: 'ChecksumInvalid',
      value: spec.sha256,
      hint: 'keep one of the two',
    });
    return undefined;
  }
  const always =
    spec.imagePullPolicy === 'Always' ||
    (spec.imagePullPolicy === 'UNSPECIFIED_POLICY' && scheme === 'oci' && tag === 'latest' && digest === undefined);
  return {
    url,
    sha256: sha256 === '' ? (digest ?? '') : sha256,
    pullPolicy: always ? 'Always' : 'IfNotPresent',
    ...(spec.imagePullSecret === '' ? {} : { pullSecret: `${metadata.namespace}/${spec.imagePullSecret}` }),
  };
}

/** A misspelt built-in name ends up here as a module that cannot be fetched: say what was probably meant. */
function tellNear({ names, url, scheme }: PluginUrl, catalogue: PluginCatalogue, report: Reporter): void {
  const name = names[0];
  const known = catalogue.names();
  const near = name === undefined ? undefined : didYouMean(name, known);
  const inImage = scheme === 'file' && url.startsWith('file:///opt/plugins/');
  if (near === undefined && !inImage) return;
  report.warning(
    'spec.url',
    `spec.url names no built-in plugin; ${inImage ? 'the file is looked for' : 'the module is fetched'} and run as Wasm`,
    {
      reason: 'NotBuiltIn',
      value: url,
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
    },
  );
}

function idle(order: Order): PluginInstance {
  return { ...order, version: 'idle', domains: [], bindingFor: () => undefined };
}

function domainsOf(rules: readonly { readonly match: RuleMatch }[]): readonly string[] {
  return rules.flatMap(({ match }) => match.domains);
}
