/** Registry type `static`: addresses written into the McpBridge, as the service `NAME.static`. */
import { isIP } from 'node:net';
import type { RegistryConfig } from '#model/mcp-bridge.ts';
import type { RegistryInstance, RegistryService } from '#model/registry-service.ts';
import { commonFaults, entryFaults, fixedRegistry, listed } from '../fixed.ts';
import { protocolOf, usesTls } from '../protocol.ts';
import type { RegistryFactory } from '../registry.ts';

/** `ip:port` or `[v6]:port`. */
function addressOf(entry: string): { readonly address: string; readonly port: number } | undefined {
  const [, v6, v4, portText] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(entry) ?? [];
  const address = v6 ?? v4 ?? '';
  const port = Number(portText);
  if (isIP(address) !== (v6 === undefined ? 4 : 6) || !(port >= 1 && port <= 65_535)) return undefined;
  return { address, port };
}

function serviceOf({ type, name, domain, port, protocol, sni }: RegistryConfig): RegistryService {
  const known = protocolOf(protocol) ?? 'http';
  const instances = listed(domain).flatMap((entry): RegistryInstance[] => {
    const address = addressOf(entry);
    return address === undefined ? [] : [{ ...address, weight: 1, metadata: {} }];
  });
  return {
    host: `${name}.static`,
    registry: { type, name },
    port,
    protocol: known,
    resolution: 'endpoints',
    instances,
    ...(usesTls(known) && sni !== '' ? { sni } : {}),
  };
}

export const staticFactory: RegistryFactory = {
  validate: (config) => [
    ...commonFaults(config),
    ...entryFaults(config.domain, 'ip:port', (entry) =>
      addressOf(entry) === undefined ? 'is not an IP address with a port' : undefined,
    ),
  ],
  create: (config, deps) => fixedRegistry(config, serviceOf(config), deps),
};
