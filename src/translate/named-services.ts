/** Upstreams that a plugin's configuration names: they need a cluster although no route leads there. */
import { namesUpstream } from '#model/ingress/annotations/destination.ts';
import { clusterParts } from '#plugin-sdk/balancing.ts';
import { type BackendRef, hostRef } from './backend/ref.ts';
import { memoEach } from './memo.ts';

const MAX_DEPTH = 16;

/**
 * Every text that reads like a host of a registry or of the cluster, with the port that stands beside it (`servicePort`, `port` …), and every
 * cluster name `outbound|PORT||HOST`.
 */
export const namedServices: (config: object) => readonly BackendRef[] = memoEach((config: object) => {
  const found = new Map<string, BackendRef>();
  walk(config, 0, (host, port) => {
    const ref = hostRef(host, port);
    found.set(ref.key, ref);
  });
  return [...found.values()];
});

function walk(value: unknown, depth: number, found: (host: string, port: number | undefined) => void): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  const items = Object.entries(value);
  const beside = items.find(([key, item]) => /port$/i.test(key) && isPort(item))?.[1] as number | undefined;
  for (const [, item] of items) {
    if (typeof item !== 'string') {
      walk(item, depth + 1, found);
      continue;
    }
    const cluster = clusterParts(item);
    if (cluster !== undefined) found(cluster.host, cluster.port);
    else if (/^[\w.:-]+$/.test(item) && namesUpstream(item)) found(item, beside);
  }
}

function isPort(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65535;
}
