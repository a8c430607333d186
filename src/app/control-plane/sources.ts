/** The left end: objects from folders or a cluster, and what the registries of their McpBridge know, joined into one World. */

import type { ControlPlaneSettings } from '#app/settings.ts';
import type { Problem } from '#ir/types.ts';
import type { Logger } from '#lib/log.ts';
import type { World } from '#model/world.ts';
import { EMPTY_PART, PART_KEYS, type PartKey, type WorldPart } from '#sources/files/kinds.ts';
import { FileSource } from '#sources/files/source.ts';
import type { RawObject } from '#sources/kube/reflector.ts';
import { KubeSource, type KubeSourceOptions } from '#sources/kube/source.ts';
import { RegistryManager, type RegistryStatus } from '#sources/registry/manager.ts';

export interface SourceListener {
  readonly log: Logger;
  readonly onWorld: (world: World) => void;
  /** All problems of one source, whenever they changed. */
  readonly onProblems: (source: string, problems: readonly Problem[]) => void;
}

export interface Sources {
  registries(): readonly RegistryStatus[];
  /** What has not told anything yet, as reasons for people. */
  pending(): readonly string[];
  /** Repeated failures that were counted instead of logged. */
  suppressedLines(): number;
  stop(): Promise<void>;
}

export interface KubeSources extends Sources {
  /** See `KubeSource.aside`. */
  aside(part: PartKey, namespace: string, name: string): unknown;
  /** See `KubeSource.wrote`. */
  wrote(object: RawObject): void;
}

/** Folders of manifests, for a standalone gateway. */
export function startFileSources(settings: ControlPlaneSettings, listener: SourceListener): Sources {
  const parts = settings.configDirs.map((): WorldPart => EMPTY_PART);
  let starting = true;
  const report = () => {
    if (starting) return;
    const part = joined(parts);
    registries.update(part.mcpBridges, part.secrets);
    listener.onWorld({ ...part, registryServices: registries.services });
  };
  const registries = new RegistryManager({
    systemNamespace: settings.systemNamespace,
    log: listener.log.child({ part: 'registry' }),
    onServices: () => {
      if (!starting) listener.onWorld({ ...joined(parts), registryServices: registries.services });
    },
    onProblems: (problems) => listener.onProblems('registries', problems),
  });
  const files = settings.configDirs.map(
    (dir, n) =>
      new FileSource({
        dir,
        systemNamespace: settings.systemNamespace,
        log: listener.log.child({ part: 'files' }),
        onWorld: (part, problems) => {
          parts[n] = part;
          listener.onProblems(dir, problems);
          report();
        },
      }),
  );
  for (const source of files) source.start();
  starting = false;
  report();
  return {
    registries: () => registries.status(),
    pending: () => (registries.settled ? [] : ['a registry has not answered yet']),
    suppressedLines: () => registries.suppressedLines,
    stop: async () => {
      for (const source of files) source.stop();
      await registries.stop();
    },
  };
}

/** A cluster, read through its API server. */
export function startKubeSources(
  settings: Omit<KubeSourceOptions, 'log' | 'onWorld' | 'clock'>,
  listener: SourceListener,
): KubeSources {
  let part: WorldPart | undefined;
  const report = () => {
    if (part !== undefined) listener.onWorld({ ...part, registryServices: registries.services });
  };
  const registries = new RegistryManager({
    systemNamespace: settings.systemNamespace,
    log: listener.log.child({ part: 'registry' }),
    onServices: report,
    onProblems: (problems) => listener.onProblems('registries', problems),
  });
  const kube = new KubeSource({
    ...settings,
    log: listener.log.child({ part: 'kube' }),
    onWorld: (next, problems) => {
      part = next;
      registries.update(next.mcpBridges, next.secrets);
      report();
      // What is wrong with objects is told of a world that holds them.
      listener.onProblems('cluster', problems);
    },
  });
  kube.start();
  return {
    aside: (key, namespace, name) => kube.aside(key, namespace, name),
    wrote: (object) => kube.wrote(object),
    registries: () => registries.status(),
    pending: () => [...kube.pending(), ...(registries.settled ? [] : ['a registry has not answered yet'])],
    suppressedLines: () => registries.suppressedLines + kube.suppressedLines,
    stop: async () => {
      await kube.stop();
      await registries.stop();
    },
  };
}

/** Lists of kinds that only one folder has stay the same lists, so that what did not change can be told by identity. */
function joined(parts: readonly WorldPart[]): WorldPart {
  const lists = PART_KEYS.map((key) => {
    const filled = parts.filter((part) => part[key].length > 0);
    return [
      key,
      filled.length <= 1 ? (filled[0]?.[key] ?? []) : filled.flatMap((part) => part[key] as readonly unknown[]),
    ];
  });
  return Object.fromEntries(lists) as unknown as WorldPart;
}
