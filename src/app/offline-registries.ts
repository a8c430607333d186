/** Registries without asking any: `static` and `dns` as they will be, the others only checked, and the hosts that routes expect from them taken as given. */
import type { Problem } from '#ir/types.ts';
import { createLogger } from '#lib/log.ts';
import type { RegistryService } from '#model/registry-service.ts';
import type { WorldPart } from '#sources/files/kinds.ts';
import { RegistryManager } from '#sources/registry/manager.ts';
import { REGISTRY_FACTORIES, type RegistryFactory } from '#sources/registry/registry.ts';

/** Types whose services stand in the McpBridge itself. */
export const KNOWN_OFFLINE: readonly string[] = ['static', 'dns'];
const DISCOVERED_HOST = /\.(nacos|consul|eureka|zookeeper)$/;
const DESTINATION = 'higress.io/destination';

export interface OfflineServices {
  readonly services: readonly RegistryService[];
  readonly problems: readonly Problem[];
}

export function offlineServices(part: WorldPart, systemNamespace: string): OfflineServices {
  const found: { services: readonly RegistryService[]; problems: readonly Problem[] } = { services: [], problems: [] };
  const manager = new RegistryManager({
    systemNamespace,
    log: createLogger({ component: 'check', level: 'silent' }),
    onServices: (services) => {
      found.services = services;
    },
    onProblems: (problems) => {
      found.problems = problems;
    },
    factories: Object.fromEntries(
      Object.entries(REGISTRY_FACTORIES).map(([type, factory]) => [
        type,
        KNOWN_OFFLINE.includes(type) ? factory : silent(factory),
      ]),
    ),
  });
  manager.update(part.mcpBridges, part.secrets);
  return { services: [...found.services, ...expected(part)], problems: found.problems };
}

/** Checks its entry as ever, and never connects. */
function silent(factory: RegistryFactory): RegistryFactory {
  return {
    ...factory,
    create: (config) => ({
      type: config.type,
      name: config.name,
      start: () => undefined,
      stop: async () => undefined,
      health: () => ({ ready: true, healthy: true, services: 0 }),
    }),
  };
}

function expected({ ingresses }: WorldPart): RegistryService[] {
  const hosts = new Set(
    ingresses
      .flatMap(({ metadata }) => (metadata.annotations[DESTINATION] ?? '').split(/\s+/))
      .map((word) => word.replace(/:\d+$/, '')),
  );
  return [...hosts]
    .filter((host) => DISCOVERED_HOST.test(host))
    .map((host) => ({
      host,
      registry: { type: DISCOVERED_HOST.exec(host)?.[1] ?? '', name: '' },
      port: 80,
      protocol: 'http',
      resolution: 'endpoints',
      instances: [],
    }));
}
