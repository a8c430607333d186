/** What `static` and `dns` have in common: one service, known from the McpBridge itself. */
import type { RegistryConfig } from '#model/mcp-bridge.ts';
import type { RegistryService } from '#model/registry-service.ts';
import type { RegistrySource } from '../source.ts';
import { PROTOCOL_NAMES, protocolOf } from './protocol.ts';
import type { RegistryDeps, RegistryFault } from './registry.ts';

/** A registry that has told everything as soon as it starts. */
export function fixedRegistry(
  config: RegistryConfig,
  service: RegistryService,
  { listener }: RegistryDeps,
): RegistrySource {
  let started = false;
  const health = () => ({ ready: started, healthy: true, services: started ? 1 : 0 });
  return {
    type: config.type,
    name: config.name,
    start() {
      started = true;
      listener.onServices([service]);
      listener.onHealth(health());
    },
    stop: async () => undefined,
    health,
  };
}

/** Checks of `port`, `protocol` and `name`. */
export function commonFaults({ name, port, protocol }: RegistryConfig): readonly RegistryFault[] {
  const faults: RegistryFault[] = [];
  if (!/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name)) {
    faults.push({
      field: 'name',
      message: `name "${name}" cannot be part of a host name`,
      value: name,
      hint: 'use letters, digits, - and .',
    });
  }
  if (port < 1) {
    faults.push({
      field: 'port',
      message: 'port is missing: it is the port of the service',
      hint: 'give a port between 1 and 65535',
    });
  }
  if (protocolOf(protocol) === undefined) {
    faults.push({
      field: 'protocol',
      message: `protocol "${protocol}" is not known`,
      value: protocol,
      hint: `protocols: ${PROTOCOL_NAMES.join(', ')}`,
    });
  }
  return faults;
}

/** Parts of a comma list, trimmed. */
export function listed(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function entryFaults(
  domain: string,
  what: string,
  check: (entry: string) => string | undefined,
): readonly RegistryFault[] {
  const entries = listed(domain);
  if (entries.length === 0) return [{ field: 'domain', message: `domain is empty: it must list ${what}` }];
  return entries.flatMap((entry) => {
    const wrong = check(entry);
    return wrong === undefined
      ? []
      : [
          {
            field: 'domain',
            message: `domain entry "${entry}" ${wrong}`,
            value: entry,
            hint: `domain is a comma list of ${what}`,
          },
        ];
  });
}
