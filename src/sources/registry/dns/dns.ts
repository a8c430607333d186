/** Registry type `dns`: host names that Envoy resolves, as the service `NAME.dns`. */
import { isIP } from 'node:net';
import type { RegistryConfig } from '#model/mcp-bridge.ts';
import type { RegistryService } from '#model/registry-service.ts';
import { commonFaults, entryFaults, fixedRegistry, listed } from '../fixed.ts';
import { protocolOf, usesTls } from '../protocol.ts';
import type { RegistryFactory } from '../registry.ts';

const HOST_NAME = /^(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z]{2,63}\.?$/;

function wrongWith(entry: string): string | undefined {
  if (isIP(entry) !== 0) return 'is an address, not a host name; type static takes addresses';
  if (/:\d+$/.test(entry)) return 'holds a port; the port belongs into the field port';
  if (!entry.includes('.')) return 'has a single label';
  return HOST_NAME.test(entry) ? undefined : 'is not a host name';
}

function serviceOf({ type, name, domain, port, protocol, sni }: RegistryConfig): RegistryService {
  const known = protocolOf(protocol) ?? 'http';
  const names = listed(domain);
  const serverName = sni !== '' ? sni : names.length === 1 ? names[0] : undefined;
  return {
    host: `${name}.dns`,
    registry: { type, name },
    port,
    protocol: known,
    resolution: 'dns',
    instances: names.map((address) => ({ address, port, weight: 1, metadata: {} })),
    ...(usesTls(known) && serverName !== undefined ? { sni: serverName } : {}),
  };
}

export const dnsFactory: RegistryFactory = {
  validate: (config) => [...commonFaults(config), ...entryFaults(config.domain, 'host names', wrongWith)],
  create: (config, deps) => fixedRegistry(config, serviceOf(config), deps),
};
