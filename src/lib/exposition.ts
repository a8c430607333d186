/** Reads the Prometheus text format. */

export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly timestampMs?: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)\s*(?:\{(.*)\})?\s*([^\s{}]+)(?:\s+(-?\d+))?\s*$/;
const LABEL = /\s*([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/y;

/** Samples of the metrics called so, in the order of the text. Lines that are not of the format are passed over. */
export function metricSamples(text: string, names: ReadonlySet<string>): readonly MetricSample[] {
  const samples: MetricSample[] = [];
  for (const line of text.split('\n')) {
    const end = line.search(/[\s{]/);
    if (end <= 0 || !names.has(line.slice(0, end))) continue;
    const [, name, inner = '', number = '', timestamp] = LINE.exec(line) ?? [];
    const labels = readLabels(inner);
    const value = readNumber(number);
    if (name === undefined || labels === undefined || value === undefined) continue;
    samples.push({ name, labels, value, ...(timestamp === undefined ? {} : { timestampMs: Number(timestamp) }) });
  }
  return samples;
}

function readLabels(inner: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  let at = 0;
  while (at < inner.length) {
    const match = LABEL.exec(inner);
    if (match === null) return inner.slice(at).trim() === '' ? labels : undefined;
    labels[match[1]!] = match[2]!.replace(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char));
    at = LABEL.lastIndex;
  }
  return labels;
}

function readNumber(text: string): number | undefined {
  const special = /^([+-]?)inf$/i.exec(text);
  if (special !== null) return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = Number(text);
  return text === '' || Number.isNaN(value) ? undefined : value;
}
