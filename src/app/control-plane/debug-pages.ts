/** What `/debug/NAME` shows. Secrets are `SecretText` (which prints redacted) or redacted here. */
import type { WatcherStatus } from '#app/admin/server.ts';
import { collect, redactTexts } from '#app/envoy/redact-dump.ts';
import type { Gateway, PluginBinding, Problem } from '#ir/types.ts';
import { parseYaml } from '#lib/yaml.ts';
import type { ConfigMap } from '#model/config-map.ts';
import { bridgeCounts } from '#model/mcp-bridge.ts';
import type { WasmPlugin } from '#model/wasm-plugin.ts';
import type { World } from '#model/world.ts';
import type { PluginCatalogue } from '#plugin-sdk/definition.ts';
import { redactConfig } from '#plugin-sdk/redact.ts';
import type { RegistryStatus } from '#sources/registry/manager.ts';
import { parsePluginUrl } from '#translate/wasm-plugin/url.ts';
import type { ExplainEntry } from '#xds/build/explain.ts';
import type { AdsStatus } from '#xds/server/index.ts';

/** kubectl keeps whole objects in an annotation. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export interface DebugParts {
  readonly world: () => World | undefined;
  readonly problems: () => readonly Problem[];
  readonly gateway: () => Gateway | undefined;
  readonly explain: () => readonly ExplainEntry[];
  readonly xds: () => AdsStatus;
  readonly registries: () => unknown;
  readonly wasm: () => unknown;
  readonly pluginServer: () => Promise<unknown>;
  readonly catalogue: PluginCatalogue;
  /** Who answers, without secrets: version, since when, ports. */
  readonly process?: () => unknown;
  /** Configuration of the Envoy beside this process, redacted. */
  readonly envoy?: () => Promise<unknown>;
}

/** What `/registry/watcherStatus` tells; undefined without an McpBridge that counts. */
export function watcherPage(
  world: World | undefined,
  systemNamespace: string,
  registries: readonly RegistryStatus[],
): readonly WatcherStatus[] | undefined {
  if (!world?.mcpBridges.some((bridge) => bridgeCounts(bridge, systemNamespace))) return undefined;
  return registries.map(({ name, type, health: { healthy, ready } }) => ({ name, type, healthy, ready }));
}

export function debugPages(parts: DebugParts): Readonly<Record<string, () => unknown>> {
  return {
    model: () => ({ objects: modelPage(parts.world(), parts.catalogue), problems: parts.problems() }),
    ir: () => irPage(parts.gateway(), parts.catalogue),
    xds: () => parts.xds(),
    registries: () => parts.registries(),
    ...(parts.process === undefined ? {} : { process: parts.process }),
    ...(parts.envoy === undefined ? {} : { envoy: parts.envoy }),
    plugins: async () => ({
      routes: parts.explain(),
      wasm: parts.wasm(),
      server: await parts.pluginServer().catch(() => 'not reachable'),
    }),
  };
}

/** Objects as they may be shown: of Secrets the keys only. */
export function modelPage(world: World | undefined, catalogue: PluginCatalogue): unknown {
  if (world === undefined) return {};
  const wasmPlugins = world.wasmPlugins.map((plugin) => shownPlugin(plugin, catalogue));
  const secrets = world.secrets.map(({ metadata, type, data, file }) => ({
    metadata: withoutAnnotations(metadata),
    type,
    keys: Object.keys(data),
    file,
  }));
  return { ...world, wasmPlugins, secrets, configMaps: world.configMaps.map(shownConfigMap) };
}

/** The texts of `higress-config` hold tokens and passwords among settings. Annotations are left out: charts and kubectl keep copies there. */
function shownConfigMap(map: ConfigMap): unknown {
  const data = Object.entries(map.data).map(([key, text]) => [key, shownYaml(text)]);
  return { ...map, metadata: withoutAnnotations(map.metadata), data: Object.fromEntries(data) };
}

function shownYaml(text: string): string {
  const parsed = parseYaml(text);
  if (!parsed.ok) return '[redacted: it is not YAML]';
  const secrets = new Set<string>();
  collect(parsed.value, redactConfig(parsed.value), secrets);
  return redactTexts(text, secrets) as string;
}

/** The configurations by what the plugin knows of its secrets, then everything by the usual names of secrets. */
function shownPlugin(plugin: WasmPlugin, catalogue: PluginCatalogue): unknown {
  const { spec } = plugin;
  const names = parsePluginUrl(spec.url)?.names ?? [];
  const definition = names.map((name) => catalogue.get(name)).find((one) => one !== undefined);
  const shown = (config: unknown) => redactConfig(config, definition);
  const configs = {
    ...(spec.pluginConfig == null ? {} : { pluginConfig: shown(spec.pluginConfig) }),
    ...(spec.defaultConfig == null ? {} : { defaultConfig: shown(spec.defaultConfig) }),
    matchRules: spec.matchRules.map((one) => ({ ...one, rule: { ...one.rule, config: shown(one.rule.config) } })),
  };
  const { [LAST_APPLIED]: _, ...annotations } = plugin.metadata.annotations;
  const metadata = { ...plugin.metadata, annotations };
  return redactConfig({ ...plugin, metadata, spec: { ...spec, ...configs } });
}

function withoutAnnotations<T extends object>(metadata: T): T {
  return { ...metadata, annotations: {} };
}

/** The gateway with the configuration of every plugin redacted. */
export function irPage(gateway: Gateway | undefined, catalogue: PluginCatalogue): unknown {
  if (gateway === undefined) return {};
  const binding = (one: PluginBinding) => ({
    ...one,
    config: redactConfig(one.config, one.kind === 'builtin' ? catalogue.get(one.plugin) : undefined),
    ...(one.kind === 'wasm' ? { env: one.env.map(({ name }) => name) } : {}),
  });
  return {
    ...gateway,
    hosts: gateway.hosts.map((host) => ({
      ...host,
      routes: host.routes.map((route) => ({ ...route, plugins: route.plugins.map(binding) })),
    })),
  };
}
