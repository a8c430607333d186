/** From a WasmPlugin to its configuration by scope: the global part and the rules, in order. */

import { type Fields, isRecord, join, type Reporter } from '#model/parse.ts';
import type { WasmPlugin } from '#model/wasm-plugin.ts';
import type { RuleMatch } from './match.ts';

export interface Rule {
  readonly match: RuleMatch;
  /** `_disable_: true`: where the rule matches, the plugin does nothing. */
  readonly disable: boolean;
  /** Without `_…_` keys. */
  readonly config: Fields;
  /** Field path of `config`. */
  readonly path: string;
  /** As modules of Higress's SDKs want it, `_match_…_` keys included. */
  readonly raw: Fields;
}

export interface Scopes {
  /** Undefined when the object has no global part. */
  readonly global: { readonly config: Fields; readonly path: string } | undefined;
  readonly rules: readonly Rule[];
  /** The object has rules, whether or not all of them are usable. */
  readonly hasRules: boolean;
  /** The whole configuration as modules want it. */
  readonly raw: Fields;
  /** False when nothing is left to run: the defaults are switched off and there is no rule. */
  readonly delivered: boolean;
}

const RULES = '_rules_';
const MATCH_KEYS = {
  routes: '_match_route_',
  routePrefixes: '_match_route_prefix_',
  domains: '_match_domain_',
  services: '_match_service_',
} as const satisfies Record<keyof RuleMatch, string>;
const DISABLE = '_disable_';

/** `configs` are the object's configurations with secrets filled in; rules that match nothing are reported and left out. */
export function scopesOf(
  plugin: WasmPlugin,
  configs: {
    readonly pluginConfig?: Fields;
    readonly defaultConfig?: Fields;
    readonly rules: readonly (Fields | undefined)[];
  },
  report: Reporter,
): Scopes {
  const { spec } = plugin;
  if (configs.pluginConfig !== undefined) return split(configs.pluginConfig, 'spec.pluginConfig', [], false, report);
  const own = spec.matchRules.flatMap(({ rule, path }, index): Rule[] => {
    // A disabled rule is as if it were not there: the defaults hold where it would match.
    if (rule.configDisable) return [];
    const config = configs.rules[index] ?? {};
    const names = rule.routeType === 'GRPC' ? rule.ingress.map((name) => `GRPC/${name}`) : rule.ingress;
    const keys: Fields = {
      ...(names.length === 0 ? {} : { [MATCH_KEYS.routes]: names }),
      ...(rule.service.length === 0 ? {} : { [MATCH_KEYS.services]: rule.service }),
      ...(rule.domain.length === 0 ? {} : { [MATCH_KEYS.domains]: rule.domain }),
    };
    const read = readRule({ ...config, ...keys }, path, report, `${path}.config`);
    return read === undefined ? [] : [read];
  });
  const enabled = spec.matchRules.some(({ rule }) => !rule.configDisable) || spec.incomplete;
  const defaults = spec.defaultConfigDisable ? undefined : configs.defaultConfig;
  const scopes = split(defaults ?? {}, 'spec.defaultConfig', own, enabled, report);
  return { ...scopes, delivered: scopes.hasRules || !spec.defaultConfigDisable };
}

/** Rules of the object come before rules that stand inside its configuration. */
function split(config: Fields, path: string, before: readonly Rule[], hasOwn: boolean, report: Reporter): Scopes {
  const { [RULES]: list, ...global } = config;
  if (list !== undefined && !Array.isArray(list)) {
    report.error(join(path, RULES), `${join(path, RULES)} must be a list of rules`, { reason: 'PluginConfigInvalid' });
  }
  const inside = (Array.isArray(list) ? list : []).flatMap((entry: unknown, index): Rule[] => {
    const at = join(join(path, RULES), index);
    if (!isRecord(entry)) {
      report.error(at, `${at} must be a map`, { reason: 'PluginConfigInvalid' });
      return [];
    }
    const read = readRule(entry, at, report, at);
    return read === undefined ? [] : [read];
  });
  const rules = [...before, ...inside];
  const hasRules = hasOwn || (Array.isArray(list) && list.length > 0);
  const hasGlobal = Object.keys(global).length > 0 || !hasRules;
  return {
    global: hasGlobal ? { config: global, path } : undefined,
    rules,
    hasRules,
    raw: rules.length === 0 ? global : { ...global, [RULES]: rules.map(({ raw }) => raw) },
    delivered: true,
  };
}

function readRule(entry: Fields, path: string, report: Reporter, configPath: string): Rule | undefined {
  const config: Record<string, unknown> = {};
  const match = { routes: [], routePrefixes: [], domains: [], services: [] } as Record<
    keyof RuleMatch,
    readonly string[]
  >;
  for (const [key, value] of Object.entries(entry)) {
    const name = (Object.keys(MATCH_KEYS) as (keyof RuleMatch)[]).find((one) => MATCH_KEYS[one] === key);
    if (name === undefined) {
      if (key !== DISABLE)
        Object.defineProperty(config, key, { value, enumerable: true, configurable: true, writable: true });
      continue;
    }
    if (!Array.isArray(value) || !value.every((item): item is string => typeof item === 'string')) {
      report.error(join(path, key), `${join(path, key)} must be a list of texts`, { reason: 'PluginConfigInvalid' });
      return undefined;
    }
    match[name] = name === 'domains' ? value.map((domain) => domain.toLowerCase()) : value;
  }
  if (Object.values(match).every((values) => values.length === 0)) {
    report.error(path, `${path} matches nothing: it names no ingress, domain or service; the rule is left out`, {
      reason: 'PluginConfigInvalid',
      hint: 'name at least one ingress, domain or service, or move the configuration to defaultConfig',
    });
    return undefined;
  }
  return { match, disable: entry[DISABLE] === true, config, path: configPath, raw: entry };
}
