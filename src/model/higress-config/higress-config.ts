/**
 * What the ConfigMap `higress-config` says, section by section: a section that is wrong is reported and stays as it was when it was last good, or has its
 * defaults; the others count.
 */
import { type ZodObject, type ZodType, z } from 'zod';
import type {
  AccessLogSettings,
  CompressionSettings,
  DownstreamSettings,
  Origin,
  Problem,
  SpanTag,
} from '#ir/types.ts';
import { type ConfigMap, HIGRESS_CONFIG_NAME } from '../config-map.ts';
import { yamlKey } from '../config-map-yaml.ts';
import { originOf } from '../object.ts';
import { check, type Fields, type Reporter, reporter, warnUnknown } from '../parse.ts';
import { compressionOf } from './compression.ts';
import { type MeshSettings, meshOf } from './mesh.ts';
import { FLAGS, SECTIONS, type Tracing } from './sections.ts';

export interface HigressConfig {
  readonly downstream: DownstreamSettings;
  readonly accessLog: AccessLogSettings;
  /** Idle timeout of upstream connections. */
  readonly upstreamIdleTimeoutMs: number;
  /** For forwarding routes without a timeout of their own; 0 = none. */
  readonly routeTimeoutMs: number;
  /** Absent: answers go out as they are. */
  readonly compression?: CompressionSettings;
  readonly tracing: Readonly<Tracing>;
  /** On every span; `mesh.defaultConfig.tracing.customTags`. */
  readonly tracingTags: readonly SpanTag[];
  readonly problems: readonly Problem[];
  readonly origin: Origin;
  /** As they were read: what a later version that is wrong falls back to. */
  readonly sections: Sections;
}

type SectionName = keyof typeof SECTIONS;
type Sections = { readonly [N in SectionName]: z.infer<(typeof SECTIONS)[N]> } & {
  readonly [F in (typeof FLAGS)[number]]: boolean;
} & { readonly mesh: MeshSettings };

/** Pure. Without the ConfigMap all defaults hold. `before`: what the version before came to, as far as there was one. */
export function higressConfigOf(
  configMaps: readonly ConfigMap[],
  systemNamespace: string,
  before?: HigressConfig,
): HigressConfig {
  const map = configMaps.find(
    ({ metadata }) => metadata.name === HIGRESS_CONFIG_NAME && metadata.namespace === systemNamespace,
  );
  const report = reporter(
    map === undefined ? { kind: 'ConfigMap', namespace: systemNamespace, name: HIGRESS_CONFIG_NAME } : originOf(map),
  );
  const sections = sectionsOf(map, before?.sections, report);
  const { downstream, upstream } = sections;
  const compression = compressionOf(sections.gzip, report);
  return {
    downstream: {
      idleTimeoutMs: downstream.idleTimeout * 1000,
      maxRequestHeadersKb: downstream.maxRequestHeadersKb,
      connectionBufferLimitBytes: downstream.connectionBufferLimits,
      http2: downstream.http2,
      upstreamConnectionBufferLimitBytes: upstream.connectionBufferLimits,
      disableXEnvoyHeaders: sections.disableXEnvoyHeaders,
      addXRealIpHeader: sections.addXRealIpHeader,
      ...sections.mesh.edge,
    },
    accessLog: sections.mesh.accessLog,
    upstreamIdleTimeoutMs: upstream.idleTimeout * 1000,
    routeTimeoutMs: downstream.routeTimeout * 1000,
    ...(compression === undefined ? {} : { compression }),
    tracing: sections.tracing,
    tracingTags: sections.mesh.tags,
    problems: report.problems,
    origin: report.origin(),
    sections,
  };
}

function sectionsOf(map: ConfigMap | undefined, before: Sections | undefined, report: Reporter): Sections {
  const higress = yamlKey(map, 'higress', before !== undefined, report);
  warnUnknown(higress, [...Object.keys(SECTIONS), ...FLAGS], 'data.higress', report);
  const read = <N extends SectionName>(name: N): Sections[N] =>
    higress === undefined && before !== undefined
      ? before[name]
      : section(name, SECTIONS[name] as unknown as ZodType<Sections[N]>, higress ?? {}, before?.[name], report);
  const flag = (name: (typeof FLAGS)[number]): boolean =>
    higress === undefined
      ? (before?.[name] ?? false)
      : (check(z.boolean().default(false), higress[name] ?? undefined, `data.higress.${name}`, report) ??
        before?.[name] ??
        false);
  const downstream = read('downstream');
  const upstream = read('upstream');
  const disableXEnvoyHeaders = flag('disableXEnvoyHeaders');
  const addXRealIpHeader = flag('addXRealIpHeader');
  const mcpServer = read('mcpServer');
  if (mcpServer.enable)
    report.warning('data.higress.mcpServer', 'data.higress.mcpServer is not supported yet and has no effect', {
      reason: 'IgnoredField',
      hint: 'serve MCP by a WasmPlugin whose url names mcp-server, with the servers in its rules',
    });
  const mesh = yamlKey(map, 'mesh', before !== undefined, report);
  return {
    downstream,
    upstream,
    disableXEnvoyHeaders,
    addXRealIpHeader,
    mesh: mesh === undefined && before !== undefined ? before.mesh : meshOf(mesh ?? {}, before?.mesh, report),
    tracing: read('tracing'),
    gzip: read('gzip'),
    mcpServer,
  };
}

/** `null` and absent mean the defaults. */
function section<T>(name: string, schema: ZodType<T>, higress: Fields, before: T | undefined, report: Reporter): T {
  const path = `data.higress.${name}`;
  const value = higress[name] ?? {};
  const shape = (schema as unknown as Partial<ZodObject>).shape;
  if (shape !== undefined && name !== 'mcpServer') warnUnknown(value, Object.keys(shape), path, report);
  const from = report.problems.length;
  const parsed = check(schema, value, path, report);
  if (parsed !== undefined) return parsed;
  for (const [index, problem] of report.problems.entries()) {
    if (index >= from) {
      const kept = before === undefined ? 'keeps its defaults' : 'stays as it was';
      report.problems[index] = {
        ...problem,
        hint: problem.hint ?? `the whole section ${name} ${kept} until this is mended`,
      };
    }
  }
  return before ?? schema.parse({});
}
