/** From the instances that Nacos knows to the service that routes name. */
import { isIP } from 'node:net';
import type { RegistryConfig } from '#model/mcp-bridge.ts';
import type { RegistryInstance, RegistryService } from '#model/registry-service.ts';
import { protocolOf } from '../protocol.ts';
import type { NacosHost } from './naming-client.ts';

/** Instances that say this about themselves were put into Nacos by a gateway. */
const OWN_MARK = { key: 'register-resource', value: 'mcp-bridge' };

/** Namespace of listing and host names. */
export function listNamespace({ nacosNamespace, nacosNamespaceId }: RegistryConfig): string {
  return nacosNamespace || nacosNamespaceId || 'public';
}

/** `SERVICE.GROUP.NAMESPACE.nacos`; `_` becomes `-` behind the service's name, which stays as it is. */
export function hostOf(config: RegistryConfig, group: string, name: string): string {
  return `${name}.${`${group}.${listNamespace(config)}`.replaceAll('_', '-')}.nacos`;
}

/** Undefined when there is no instance, or the service came from a gateway. Only healthy and enabled instances with a weight above 0 are taken. */
export function serviceOf(
  config: RegistryConfig,
  group: string,
  name: string,
  hosts: readonly NacosHost[],
): RegistryService | undefined {
  // The server gives instances in any order; the first one decides port and protocol, so let it always be the same.
  const sorted = [...hosts].sort((a, b) => (a.ip === b.ip ? a.port - b.port : a.ip < b.ip ? -1 : 1));
  const usable = sorted.filter(({ healthy, enabled, weight }) => healthy && enabled && weight > 0);
  const first = usable[0] ?? sorted[0];
  if (first === undefined || first.metadata[OWN_MARK.key] === OWN_MARK.value) return undefined;
  const host = hostOf(config, group, name);
  const named = usable.some(({ ip }) => isIP(ip) === 0);
  return {
    host,
    registry: { type: config.type, name: config.name },
    port: fixedPort(config, host) ?? first.port,
    protocol: protocolOf(first.metadata.protocol ?? '') ?? 'http',
    resolution: named && config.type !== 'nacos' ? 'dns' : 'endpoints',
    instances: instancesOf(named && config.type === 'nacos' ? usable.filter(({ ip }) => isIP(ip) !== 0) : usable),
  };
}

function fixedPort({ vport }: RegistryConfig, host: string): number | undefined {
  if (vport === undefined) return undefined;
  const own = vport.services.find(({ name }) => name.toLowerCase() === host.toLowerCase())?.value;
  return own ?? (vport.default > 0 ? vport.default : undefined);
}

function instancesOf(hosts: readonly NacosHost[]): readonly RegistryInstance[] {
  const weights = wholeWeights(hosts.map(({ weight }) => weight));
  return hosts.map(({ ip, port, metadata }, index) => ({ address: ip, port, weight: weights[index] ?? 1, metadata }));
}

/** Nacos weighs from 0.01 to 10000; Envoy takes integers from 1. Shares stay as they are. */
export function wholeWeights(weights: readonly number[]): readonly number[] {
  const hundredths = weights.map((weight) => Math.max(1, Math.round(weight * 100)));
  const divisor = hundredths.reduce(greatestCommonDivisor, 0);
  return hundredths.map((weight) => weight / (divisor || 1));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
