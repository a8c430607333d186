/** McpBridge: the registries whose services can be routed to. One bad registry is left out, the others count. */
import { z } from 'zod';
import { durationMs } from '#lib/duration.ts';
import type { KubeObject, Parsed, RawDocument } from './object.ts';
import { check, failed, isRecord, type ParseDefaults, readObject, warnUnknown } from './parse.ts';

/** Only the object of this name, in the system namespace, counts. */
export const MCP_BRIDGE_NAME = 'default';

const NANOSECONDS_PER_MS = 1e6;

/** Nanoseconds (number, or digits in quotes), or a duration such as `30s` or `1m30s`. Output in milliseconds; 0 = not set. */
const interval = z
  .union([z.number(), z.string()])
  .transform((value, context) => {
    const ms =
      typeof value === 'number' || /^\d+$/.test(value) ? Number(value) / NANOSECONDS_PER_MS : durationMs(value);
    if (ms !== undefined && ms >= 0 && Number.isFinite(ms)) return ms;
    context.addIssue({ code: 'custom', message: 'expected nanoseconds or a duration such as 30s' });
    return z.NEVER;
  })
  .default(0)
  .meta({ 'x-kubernetes-int-or-string': true });

const port = z.int().min(0).max(65_535);
const text = z.string().default('');
const textList = z.array(z.string()).default([]);

export const REGISTRY_TYPES = ['nacos', 'nacos2', 'nacos3', 'static', 'dns', 'zookeeper', 'consul', 'eureka'] as const;

export const registrySchema = z.object({
  type: z
    .string()
    .min(1, `expected one of ${REGISTRY_TYPES.join(', ')}`)
    .describe('Kind of registry.'),
  name: z
    .string()
    .min(1, 'expected a name')
    .describe('With the type, the identity of the registry; static and dns: the service is called `<name>.<type>`.'),
  domain: text.describe('Host of the registry; static: comma list of `ip:port`; dns: comma list of host names.'),
  port: port.default(0).describe('Port of the registry; static and dns: port of the service.'),
  nacosAddressServer: text.describe('Address server that lists the Nacos servers; `domain` is then ignored.'),
  nacosAccessKey: text.describe('nacos2 and nacos3: access key.'),
  nacosSecretKey: text.describe('nacos2 and nacos3: secret key; a Secret named by `authSecretName` is safer.'),
  nacosNamespaceId: text.describe('Namespace of the Nacos client; empty = public.'),
  nacosNamespace: text.describe('Used for listing and in host names; empty = nacosNamespaceId.'),
  nacosGroups: textList.describe('Groups to list; empty = nothing is discovered.'),
  nacosRefreshInterval: interval.describe('Nanoseconds or a duration; 0 = 30 s, minimum 10 s.'),
  zkServicesPath: textList.describe('Spring Cloud roots to watch besides `/services`.'),
  consulNamespace: text.describe('Has no effect.'),
  consulDatacenter: text.describe('Data centre to list; also part of the host names.'),
  consulServiceTag: text.describe('Only services with this tag; upper and lower case are the same.'),
  consulRefreshInterval: interval.describe('Nanoseconds or a duration; 0 = 30 s, minimum 10 s.'),
  authSecretName: text.describe('Secret in the system namespace: nacosUsername, nacosPassword, consulToken.'),
  protocol: text.describe('static and dns: http (default), http2, https, grpc, grpcs, tcp, dubbo.'),
  sni: text.describe('TLS server name when the protocol is https or grpcs.'),
  mcpServerExportDomains: textList.describe('nacos3: hosts that the MCP servers are served on; empty = all.'),
  mcpServerBaseUrl: text.describe('nacos3: path before the path of each MCP server.'),
  enableMCPServer: z.boolean().nullish().describe('nacos3: serve the MCP servers that Nacos lists.'),
  enableScopeMcpServers: z.boolean().nullish().describe('Has no effect.'),
  allowMcpServers: textList.describe('Has no effect.'),
  metadata: z
    .record(z.string(), z.looseObject({ innerMap: z.record(z.string(), z.string()).default({}) }))
    .default({})
    .describe('Has no effect.'),
  proxyName: text.describe('dns: reach the service through the entry of `spec.proxies` with this name.'),
  vport: z
    .object({
      default: port
        .default(0)
        .describe('Port of all services that are not listed; 0 = the port of the first instance.'),
      services: z
        .array(
          z.object({
            name: z.string().describe('Host name of the service; upper and lower case are the same.'),
            value: port.min(1).describe('Its port.'),
          }),
        )
        .default([])
        .describe('Ports of single services.'),
    })
    .optional()
    .describe('nacos and eureka: ports of the services instead of the port of the first instance.'),
});

export const proxySchema = z.object({
  type: z
    .string()
    .transform((type) => type.toUpperCase())
    .pipe(z.literal('HTTP'))
    .default('HTTP')
    .describe('Only HTTP: tunnels by CONNECT.'),
  name: z.string().min(1, 'expected a name').describe('What `proxyName` of a registry refers to.'),
  serverAddress: z.string().min(1, 'expected an address').describe('Host or IP address of the proxy.'),
  serverPort: port.min(1).describe('Port of the proxy.'),
  listenerPort: port.default(0).describe('Port inside the gateway; 0 = chosen.'),
  connectTimeout: z.int().min(0).default(1200).describe('Milliseconds.'),
});

export type RegistryConfig = Readonly<z.infer<typeof registrySchema>>;
export type ProxyConfig = Readonly<z.infer<typeof proxySchema>>;

export interface BridgeRegistry {
  readonly config: RegistryConfig;
  /** Field path of the entry: `spec.registries[2]`. */
  readonly path: string;
}

export interface McpBridge extends KubeObject<'McpBridge'> {
  readonly spec: {
    readonly registries: readonly BridgeRegistry[];
    readonly proxies: readonly ProxyConfig[];
  };
}

/** Other McpBridges have no effect. */
export function bridgeCounts({ metadata }: McpBridge, systemNamespace: string): boolean {
  return metadata.namespace === systemNamespace && metadata.name === MCP_BRIDGE_NAME;
}

export function parseMcpBridge(raw: RawDocument, defaults: ParseDefaults): Parsed<McpBridge> {
  const read = readObject('McpBridge', raw, defaults);
  if (read.base === undefined) return failed(read.problems);
  const spec = read.document.spec ?? {};
  if (!isRecord(spec)) {
    read.error('spec', 'spec must be a map');
    return failed(read.problems);
  }
  warnUnknown(spec, ['registries', 'proxies'], 'spec', read);
  const entries = (key: 'registries' | 'proxies'): readonly unknown[] => {
    const list = spec[key] ?? [];
    if (Array.isArray(list)) return list;
    read.error(`spec.${key}`, `spec.${key} must be a list`);
    return [];
  };
  const registries = entries('registries').flatMap((entry, index): BridgeRegistry[] => {
    const path = `spec.registries[${index}]`;
    warnUnknown(entry, Object.keys(registrySchema.shape), path, read);
    const config = check(registrySchema, entry, path, read);
    return config === undefined ? [] : [{ config, path }];
  });
  const proxies = entries('proxies').flatMap((entry, index) => {
    warnUnknown(entry, Object.keys(proxySchema.shape), `spec.proxies[${index}]`, read);
    return check(proxySchema, entry, `spec.proxies[${index}]`, read) ?? [];
  });
  return { object: { ...read.base, spec: { registries, proxies } }, problems: read.problems };
}
