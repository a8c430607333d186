/** One place that objects come from. Sources do the I/O of the left end; they know nothing of Envoy. */
import type { RegistryService } from '#model/registry-service.ts';

/** A registry of an McpBridge, running. Adding a type is adding one folder with one `RegistrySource`. */
export interface RegistrySource {
  readonly type: string;
  readonly name: string;
  /** Begins discovery; never throws for an unreachable registry. Resolves at once. */
  start(): void;
  /** Ends every loop, timer and socket; resolves when all are gone. */
  stop(): Promise<void>;
  health(): RegistryHealth;
}

export interface RegistryHealth {
  readonly ready: boolean;
  readonly healthy: boolean;
  readonly services: number;
  readonly lastError?: string;
  /** RFC 3339 of the first failure since the last success. */
  readonly failingSince?: string;
}

/** How a registry reports: the complete current set of its services, whenever it changed. */
export interface RegistryListener {
  onServices(services: readonly RegistryService[]): void;
  onHealth(health: RegistryHealth): void;
}
