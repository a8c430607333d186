/** A Prometheus histogram whose series are found by one key: prom-client's own checks and sorts the labels of every value, which costs more than a hook. */
import type { Histogram, Registry } from 'prom-client';

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Values up to each bound, each counted once; the last are those above all bounds. */
  readonly counts: Float64Array;
  sum: number;
}

export class SeriesHistogram {
  readonly name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Series>();

  /** `bounds` from small to large. */
  constructor(name: string, help: string, bounds: readonly number[], registry: Registry) {
    this.name = name;
    this.#help = help;
    this.#bounds = bounds;
    // A registry asks a metric for nothing but `name` and `get`.
    registry.registerMetric(this as unknown as Histogram);
  }

  /** `key` stands for `labels`, which are read when it is new. */
  observe(key: string, labels: () => Readonly<Record<string, string>>, value: number): void {
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels: labels(), counts: new Float64Array(this.#bounds.length + 1), sum: 0 };
      this.#series.set(key, series);
    }
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && value > bounds[at]!) at++;
    series.counts[at]!++;
    series.sum += value;
  }

  /** For the registry. */
  get(): object {
    const values: object[] = [];
    for (const { labels, counts, sum } of this.#series.values()) {
      let count = 0;
      for (let i = 0; i < counts.length; i++) {
        count += counts[i]!;
        const le = this.#bounds[i] ?? '+Inf';
        values.push({ metricName: `${this.name}_bucket`, labels: { le, ...labels }, value: count });
      }
      values.push({ metricName: `${this.name}_sum`, labels, value: sum });
      values.push({ metricName: `${this.name}_count`, labels, value: count });
    }
    return { name: this.name, help: this.#help, type: 'histogram', aggregator: 'sum', values };
  }
}
