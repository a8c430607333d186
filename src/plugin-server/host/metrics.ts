/** Metrics of plugins in a Prometheus registry. Labels often come from requests, so the number of series is bounded. */
import { Counter, type Registry } from 'prom-client';
import type { Metrics } from '#plugin-sdk/host.ts';
import { SeriesHistogram } from './series-histogram.ts';

/** Series of one metric; what comes after goes to one series whose labels all say `other`. */
const SERIES_LIMIT = 2_000;
const OTHER = 'other';
/** Wide enough for seconds, milliseconds and tokens alike. */
const BUCKETS = [
  0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000,
];

type Labels = Readonly<Record<string, string>>;

/** One metric; its label names are those of its first use. */
class Bounded {
  readonly names: readonly string[];
  readonly #series = new Set<string>();
  readonly #limit: number;

  constructor(names: readonly string[], limit: number) {
    this.names = names;
    this.#limit = limit;
  }

  /** Names the series of these labels. */
  key(given: Labels): string {
    let key = '';
    for (const name of this.names) key += `${given[name] ?? ''}\0`;
    if (this.#series.has(key)) return key;
    if (this.#series.size >= this.#limit) return OTHER;
    this.#series.add(key);
    return key;
  }

  labels(key: string, given: Labels): Record<string, string> {
    return Object.fromEntries(this.names.map((name) => [name, key === OTHER ? OTHER : (given[name] ?? '')]));
  }
}

export function pluginMetrics(registry: Registry, limit = SERIES_LIMIT): Metrics {
  const counters = new Map<string, { readonly bound: Bounded; readonly counter: Counter }>();
  const histograms = new Map<string, { readonly bound: Bounded; readonly histogram: SeriesHistogram }>();
  return {
    count: (name, labels, by = 1) => {
      // A counter cannot fall; prom-client would throw into the plugin.
      if (!(by >= 0)) return;
      let entry = counters.get(name);
      if (entry === undefined) {
        if (histograms.has(name)) return;
        const bound = new Bounded(Object.keys(labels), limit);
        const counter = new Counter({
          name: metricName(name),
          help: name,
          labelNames: bound.names,
          registers: [registry],
        });
        entry = { bound, counter };
        counters.set(name, entry);
      }
      entry.counter.inc(entry.bound.labels(entry.bound.key(labels), labels), by);
    },
    observe: (name, labels, value) => {
      if (!Number.isFinite(value)) return;
      let entry = histograms.get(name);
      if (entry === undefined) {
        if (counters.has(name)) return;
        const bound = new Bounded(Object.keys(labels), limit);
        const histogram = new SeriesHistogram(metricName(name), name, BUCKETS, registry);
        entry = { bound, histogram };
        histograms.set(name, entry);
      }
      const { bound, histogram } = entry;
      const key = bound.key(labels);
      histogram.observe(key, () => bound.labels(key, labels), value);
    },
  };
}

function metricName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_:]/g, '_');
}
