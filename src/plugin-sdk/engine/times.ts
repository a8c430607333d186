/** What the plugins of a run took: for the access log, and as a metric. */
import type { Effects } from '../hooks.ts';
import type { Slot } from './slot.ts';

/** Metadata namespace with milliseconds by plugin; the filter configuration lists it, the access log prints it. */
const NAMESPACE = 'higress.plugin_ms';
const METRIC = 'higress_plugin_duration_milliseconds';

export function timesOf(slots: readonly Slot[]): Effects {
  const fields: Record<string, number> = {};
  for (const { plugin, spentMs } of slots) {
    if (spentMs > 0) fields[plugin.name] = Math.round(((fields[plugin.name] ?? 0) + spentMs) * 1000) / 1000;
  }
  return { metadata: { [NAMESPACE]: fields } };
}

export function observeTimes(slots: readonly Slot[]): void {
  for (const { plugin, host, spentMs } of slots) {
    if (spentMs > 0) host.metrics.observe(METRIC, { plugin: plugin.name }, spentMs);
  }
}
