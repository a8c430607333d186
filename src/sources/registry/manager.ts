/** Keeps the running registries equal to those of the McpBridge: starts, stops and restarts only what changed, and gathers services, health and problems. */
import type { Origin, Problem } from '#ir/types.ts';
import { type Clock, systemClock } from '#lib/clock.ts';
import { contentHash } from '#lib/hash.ts';
import { type Logger, type ThrottledLog, throttled } from '#lib/log.ts';
import { type BridgeRegistry, bridgeCounts, MCP_BRIDGE_NAME, type McpBridge } from '#model/mcp-bridge.ts';
import { originOf } from '#model/object.ts';
import type { RegistryService } from '#model/registry-service.ts';
import type { Secret } from '#model/secret.ts';
import { secretValue } from '#model/secret-value.ts';
import type { RegistryHealth, RegistrySource } from '../source.ts';
import {
  createRegistry,
  DEFAULT_TUNING,
  REGISTRY_FACTORIES,
  type RegistryCredentials,
  type RegistryFactory,
  type RegistryTuning,
} from './registry.ts';

export interface RegistryManagerOptions {
  readonly systemNamespace: string;
  readonly log: Logger;
  /** The services of all registries, whenever they changed; in the order of the McpBridge. */
  readonly onServices: (services: readonly RegistryService[]) => void;
  readonly onProblems: (problems: readonly Problem[]) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly factories?: Readonly<Record<string, RegistryFactory>>;
  readonly tuning?: Partial<RegistryTuning>;
}

export interface RegistryStatus {
  readonly type: string;
  readonly name: string;
  readonly health: RegistryHealth;
}

interface Running {
  readonly source: RegistrySource;
  /** Of configuration and credentials. */
  readonly version: string;
  origin: Origin;
  services: readonly RegistryService[];
}

interface Wanted extends BridgeRegistry {
  readonly origin: Origin;
  readonly credentials: RegistryCredentials | 'missing' | undefined;
}

export class RegistryManager {
  readonly #options: RegistryManagerOptions;
  readonly #clock: Clock;
  readonly #throttle: ThrottledLog;
  readonly #tuning: RegistryTuning;
  #running = new Map<string, Running>();
  /** Services of a registry that is being restarted: they stay until the new one has told its own. */
  readonly #stopping = new Set<Promise<void>>();
  #configProblems: readonly Problem[] = [];
  #problems: readonly Problem[] = [];
  #services: readonly RegistryService[] = [];
  #updating = false;
  #stopped = false;

  constructor(options: RegistryManagerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    // One line when a registry fails and one when it is back; health and metrics tell what happens in between.
    this.#throttle = throttled(options.log, { repeatMs: Number.POSITIVE_INFINITY, clock: this.#clock });
    this.#tuning = { ...DEFAULT_TUNING, ...options.tuning };
  }

  get services(): readonly RegistryService[] {
    return this.#services;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** Log lines that were counted instead of written. */
  get suppressedLines(): number {
    return this.#throttle.suppressed;
  }

  status(): readonly RegistryStatus[] {
    return [...this.#running.values()].map(({ source }) => ({
      type: source.type,
      name: source.name,
      health: source.health(),
    }));
  }

  /** Every registry has answered, or failed to, at least once. */
  get settled(): boolean {
    return this.status().every(({ health }) => health.ready || health.lastError !== undefined);
  }

  /** Takes over the current objects. Cheap when nothing changed. */
  update(bridges: readonly McpBridge[], secrets: readonly Secret[]): void {
    if (this.#stopped) return;
    const problems: Problem[] = [];
    const wanted = this.#wanted(bridges, secrets, problems);
    this.#updating = true;
    const next = new Map<string, Running>();
    for (const [key, one] of wanted) {
      const running = this.#running.get(key);
      const version = contentHash([one.config, one.credentials ?? null]);
      if (running !== undefined && running.version === version) {
        running.origin = one.origin;
        next.set(key, running);
        continue;
      }
      // An entry that became wrong does not take away what works: the registry goes on as it was.
      const fresh = this.#create(one, version, running?.services ?? [], problems) ?? running;
      if (fresh !== undefined) next.set(key, fresh);
    }
    for (const [key, running] of this.#running) {
      if (next.get(key) !== running)
        this.#end(running.source, next.has(key) ? 'registry changed, it is started anew' : 'registry removed');
    }
    const fresh = [...next.values()].filter((running) => ![...this.#running.values()].includes(running));
    this.#running = next;
    this.#configProblems = problems;
    for (const { source } of fresh) source.start();
    this.#updating = false;
    this.#publish();
  }

  /** Ends all registries; resolves when nothing of them is left. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { source } of this.#running.values()) this.#end(source);
    this.#running = new Map();
    await Promise.all(this.#stopping);
  }

  #wanted(bridges: readonly McpBridge[], secrets: readonly Secret[], problems: Problem[]): Map<string, Wanted> {
    const { systemNamespace } = this.#options;
    const wanted = new Map<string, Wanted>();
    for (const bridge of bridges) {
      if (!bridgeCounts(bridge, systemNamespace)) {
        problems.push(ignoredBridge(bridge, systemNamespace));
        continue;
      }
      for (const registry of bridge.spec.registries) {
        const origin = originOf(bridge, registry.path);
        const key = `${registry.config.type}/${registry.config.name}`;
        if (wanted.has(key)) {
          problems.push({
            severity: 'error',
            reason: 'RegistryDuplicate',
            origin,
            value: key,
            message: `${registry.path}: there is already a registry ${key}; this one is left out`,
            hint: 'give it another name',
          });
          continue;
        }
        wanted.set(key, { ...registry, origin, credentials: this.#credentials(registry, origin, secrets, problems) });
      }
    }
    return wanted;
  }

  #credentials(
    { config, path }: BridgeRegistry,
    origin: Origin,
    secrets: readonly Secret[],
    problems: Problem[],
  ): RegistryCredentials | 'missing' | undefined {
    const keys = (this.#options.factories ?? REGISTRY_FACTORIES)[config.type]?.secretKeys;
    if (keys === undefined || config.authSecretName === '') return undefined;
    const { systemNamespace } = this.#options;
    const secret = secrets.find(
      ({ metadata }) => metadata.namespace === systemNamespace && metadata.name === config.authSecretName,
    );
    const username = secretValue(secret, keys.username);
    const password = secretValue(secret, keys.password);
    if (username !== undefined && password !== undefined) return { username, password };
    const what =
      secret === undefined ? 'is not there' : `has no key ${username === undefined ? keys.username : keys.password}`;
    problems.push({
      severity: 'error',
      reason: 'SecretMissing',
      origin: { ...origin, path: `${path}.authSecretName` },
      value: config.authSecretName,
      message: `${path}.authSecretName: Secret ${systemNamespace}/${config.authSecretName} ${what}; the registry is not started`,
      hint: `create it with the keys ${keys.username} and ${keys.password}; it is picked up at once`,
    });
    return 'missing';
  }

  #create(
    one: Wanted,
    version: string,
    services: readonly RegistryService[],
    problems: Problem[],
  ): Running | undefined {
    if (one.credentials === 'missing') return undefined;
    const { log, random = Math.random, factories } = this.#options;
    let running: Running | undefined;
    const key = `${one.config.type}/${one.config.name}`;
    const created = createRegistry(
      one.config,
      {
        listener: {
          onServices: (now) => {
            if (running === undefined) return;
            running.services = now;
            this.#publish();
          },
          onHealth: () => this.#publish(),
        },
        log: log.child({ registry: key }),
        throttle: this.#throttle,
        clock: this.#clock,
        random,
        tuning: this.#tuning,
        ...(one.credentials === undefined ? {} : { credentials: one.credentials }),
      },
      factories,
    );
    if (!created.ok) {
      for (const { field, message, value, hint } of created.faults) {
        problems.push({
          severity: 'error',
          reason: 'RegistryInvalid',
          origin: { ...one.origin, path: `${one.path}.${field}` },
          message: `${one.path}.${field}: ${message}`,
          ...(value === undefined ? {} : { value }),
          ...(hint === undefined ? {} : { hint }),
        });
      }
      return undefined;
    }
    running = { source: created.source, version, origin: one.origin, services };
    return running;
  }

  #end(source: RegistrySource, message?: string): void {
    if (message !== undefined) this.#options.log.info({ registry: `${source.type}/${source.name}` }, message);
    const ending = source
      .stop()
      .catch((error: unknown) =>
        this.#options.log.warn(
          { registry: `${source.type}/${source.name}`, err: error },
          'registry did not end cleanly',
        ),
      )
      .then(() => void this.#stopping.delete(ending));
    this.#stopping.add(ending);
  }

  #publish(): void {
    if (this.#updating || this.#stopped) return;
    const clashes: Problem[] = [];
    const services = this.#gather(clashes);
    const problems = [...this.#configProblems, ...clashes, ...this.#healthProblems()];
    if (JSON.stringify(problems) !== JSON.stringify(this.#problems)) {
      this.#problems = problems;
      this.#options.onProblems(problems);
    }
    const before = this.#services;
    if (services.length === before.length && services.every((service, index) => service === before[index])) return;
    this.#services = services;
    this.#options.onServices(services);
  }

  /** Two registries may name the same host: the first in the McpBridge has it. */
  #gather(clashes: Problem[]): readonly RegistryService[] {
    const owners = new Map<string, Running>();
    const services: RegistryService[] = [];
    for (const running of this.#running.values()) {
      const taken: string[] = [];
      for (const service of running.services) {
        const owner = owners.get(service.host);
        if (owner !== undefined && owner !== running) {
          taken.push(service.host);
          continue;
        }
        owners.set(service.host, running);
        services.push(service);
      }
      const [host] = taken;
      if (host === undefined) continue;
      const { source } = owners.get(host) as Running;
      clashes.push({
        severity: 'warning',
        reason: 'RegistryHostConflict',
        origin: running.origin,
        value: host,
        message: `${taken.length} services, for example ${host}, are also known to registry ${source.type}/${source.name}, which comes first and counts`,
        hint: 'use different namespaces or groups',
      });
    }
    return services;
  }

  #healthProblems(): readonly Problem[] {
    return [...this.#running.values()].flatMap(({ source, origin, services }): Problem[] => {
      const { lastError, failingSince } = source.health();
      if (failingSince === undefined) return [];
      const kept =
        services.length === 0 ? 'it has delivered no service yet' : `its ${services.length} last known services stay`;
      return [
        {
          severity: 'error',
          reason: 'RegistryUnavailable',
          origin,
          message: `registry ${source.type}/${source.name} does not answer since ${failingSince}: ${lastError ?? 'unknown'}; ${kept}`,
          hint: 'it is tried again until it answers',
        },
      ];
    });
  }
}

function ignoredBridge(bridge: McpBridge, systemNamespace: string): Problem {
  const wrongNamespace = bridge.metadata.namespace !== systemNamespace;
  return {
    severity: 'warning',
    reason: wrongNamespace ? 'WrongNamespace' : 'WrongName',
    origin: originOf(bridge, wrongNamespace ? 'metadata.namespace' : 'metadata.name'),
    value: wrongNamespace ? bridge.metadata.namespace : bridge.metadata.name,
    message: `McpBridge ${bridge.metadata.namespace}/${bridge.metadata.name} is ignored: only ${systemNamespace}/${MCP_BRIDGE_NAME} counts`,
    hint: `put its registries into McpBridge ${systemNamespace}/${MCP_BRIDGE_NAME}`,
  };
}
