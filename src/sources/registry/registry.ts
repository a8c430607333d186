/** Registry types by name. Adding one is adding its folder and its line here. */
import type { Clock } from '#lib/clock.ts';
import type { Logger, ThrottledLog } from '#lib/log.ts';
import type { RegistryConfig } from '#model/mcp-bridge.ts';
import type { RegistryListener, RegistrySource } from '../source.ts';
import { dnsFactory } from './dns/dns.ts';
import { nacosFactory } from './nacos/nacos.ts';
import { staticFactory } from './static/static.ts';

/** Something wrong with one field of a registry's entry; the registry is not started. */
export interface RegistryFault {
  readonly field: string;
  readonly message: string;
  readonly value?: string;
  readonly hint?: string;
}

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

export interface RegistryDeps {
  readonly listener: RegistryListener;
  readonly log: Logger;
  /** Failures that repeat; the key is `type/name`. */
  readonly throttle: ThrottledLog;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly credentials?: RegistryCredentials;
  readonly tuning: RegistryTuning;
}

/** Times in milliseconds; the defaults are for production. */
export interface RegistryTuning {
  /** Shortest refresh interval that a registry may ask for. */
  readonly minRefreshMs: number;
  readonly defaultRefreshMs: number;
  /** A service that vanished, or has no instances any more, keeps its last ones for this long. */
  readonly graceMs: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  readonly requestTimeoutMs: number;
}

export const DEFAULT_TUNING: RegistryTuning = {
  minRefreshMs: 10_000,
  defaultRefreshMs: 30_000,
  graceMs: 30_000,
  backoffBaseMs: 1_000,
  backoffMaxMs: 60_000,
  requestTimeoutMs: 5_000,
};

export interface RegistryFactory {
  validate(config: RegistryConfig): readonly RegistryFault[];
  create(config: RegistryConfig, deps: RegistryDeps): RegistrySource;
  /** Keys that the Secret `authSecretName` must have. Absent = credentials are not used. */
  readonly secretKeys?: { readonly username: string; readonly password: string };
}

export const REGISTRY_FACTORIES: Readonly<Record<string, RegistryFactory>> = {
  static: staticFactory,
  dns: dnsFactory,
  nacos: nacosFactory,
  nacos2: nacosFactory,
  nacos3: nacosFactory,
};

export type CreatedRegistry =
  | { readonly ok: true; readonly source: RegistrySource }
  | { readonly ok: false; readonly faults: readonly RegistryFault[] };

/** An unknown type or a wrong field gives faults; nothing is started yet. */
export function createRegistry(
  config: RegistryConfig,
  deps: RegistryDeps,
  factories: Readonly<Record<string, RegistryFactory>> = REGISTRY_FACTORIES,
): CreatedRegistry {
  const factory = Object.hasOwn(factories, config.type) ? factories[config.type] : undefined;
  if (factory === undefined) return { ok: false, faults: [unknownType(config.type, Object.keys(factories))] };
  const faults = factory.validate(config);
  return faults.length > 0 ? { ok: false, faults } : { ok: true, source: factory.create(config, deps) };
}

function unknownType(type: string, known: readonly string[]): RegistryFault {
  return {
    field: 'type',
    message: `registry type "${type}" is not supported`,
    value: type,
    hint: `types that work: ${known.join(', ')}`,
  };
}
