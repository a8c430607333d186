/** What an endpoint's metrics say of its load. */
import { type MetricSample, metricSamples } from '#lib/exposition.ts';

export interface ModelServer {
  readonly address: string;
  /** Requests that wait for a place. */
  readonly waiting: number;
  /** 0 to 1. */
  readonly cacheUsage: number;
  readonly adapters: ReadonlySet<string>;
  readonly maxAdapters: number;
}

const WAITING = 'vllm:num_requests_waiting';
/** The second is its name since vLLM 0.10. */
const CACHE = ['vllm:gpu_cache_usage_perc', 'vllm:kv_cache_usage_perc'] as const;
const LORA = 'vllm:lora_requests_info';
const DEFAULT_METRICS: ReadonlySet<string> = new Set([WAITING, ...CACHE, LORA]);

/** Undefined when the metrics do not tell the load. A server without adapters need not tell of them. */
export function modelServer(address: string, exposition: string): ModelServer | undefined {
  const samples = metricSamples(exposition, DEFAULT_METRICS);
  const waiting = newest(samples, WAITING)?.value;
  const cacheUsage = (newest(samples, CACHE[0]) ?? newest(samples, CACHE[1]))?.value;
  if (waiting === undefined || cacheUsage === undefined) return undefined;
  const lora = latestLora(samples);
  return {
    address,
    waiting,
    cacheUsage,
    adapters: new Set((lora?.labels.running_lora_adapters ?? '').split(',').filter((name) => name !== '')),
    maxAdapters: Number(lora?.labels.max_lora ?? 0) || 0,
  };
}

/** Value of one metric; undefined when it is not there. */
export function metricValue(exposition: string, name: string): number | undefined {
  return newest(metricSamples(exposition, new Set([name])), name)?.value;
}

function newest(samples: readonly MetricSample[], name: string): MetricSample | undefined {
  let found: MetricSample | undefined;
  for (const sample of samples) {
    if (sample.name !== name || !Number.isFinite(sample.value)) continue;
    if (found === undefined || (sample.timestampMs ?? 0) >= (found.timestampMs ?? 0)) found = sample;
  }
  return found;
}

/** Every combination of labels stays as a series of its own; its value is the time when it came up. */
function latestLora(samples: readonly MetricSample[]): MetricSample | undefined {
  let found: MetricSample | undefined;
  for (const sample of samples) {
    if (sample.name === LORA && sample.value > (found?.value ?? 0)) found = sample;
  }
  return found;
}
