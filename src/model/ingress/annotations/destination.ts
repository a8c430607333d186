/** `higress.io/destination`: where an Ingress with a McpBridge backend sends requests; one upstream a line. */
import { type AnnotationReader, HIGRESS_PREFIX, type KnownNames } from './value.ts';

export interface DestinationLine {
  readonly host: string;
  /** Absent = the first or only port of the service. */
  readonly port?: number;
  /** Shares of 100 over all lines. */
  readonly weight: number;
  readonly subset?: string;
}

export const DESTINATION_NAMES: KnownNames = { destination: 'higress' };

const REGISTRY_SUFFIX = /\.(nacos|zookeeper|consul|eureka|static|dns)$/i;
const KUBERNETES_HOST = /\.svc(\.|$)/;

/** True for host names of registries (`NAME.static` …) and of Services of the cluster. */
export function namesUpstream(host: string): boolean {
  return REGISTRY_SUFFIX.test(host) || KUBERNETES_HOST.test(host);
}

type Line = DestinationLine;

/** Undefined when absent; `invalid` when it names no upstream or cannot be read as a whole (reported). */
export function parseDestination(reader: AnnotationReader): readonly Line[] | 'invalid' | undefined {
  const key = `${HIGRESS_PREFIX}destination`;
  const text = reader.object.metadata.annotations[key];
  if (text === undefined) return undefined;
  const lines: Line[] = [];
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '') continue;
    const parsed = parseLine(line);
    if (parsed === undefined) {
      const allowed = 'lines of [WEIGHT%] HOST[:PORT] [SUBSET]';
      reader.invalid(key, line, allowed, 'has no routes, as the annotation cannot be read');
      return 'invalid';
    }
    lines.push(parsed);
  }
  if (lines.length === 0) {
    reader.invalid(key, text, 'lines of [WEIGHT%] HOST[:PORT] [SUBSET]', 'has no routes: no upstream is named');
    return 'invalid';
  }
  return rescaled(lines, reader, key);
}

function parseLine(line: string): Line | undefined {
  const words = line.split(/\s+/);
  const share = words[0]?.endsWith('%') ? words.shift()! : '100%';
  const weight = /^\+?\d{1,6}%$/.test(share) ? Number(share.slice(0, -1)) : undefined;
  const [address, subset, ...rest] = words;
  if (weight === undefined || address === undefined || rest.length > 0) return undefined;
  return { ...splitPort(address), weight, ...(subset === undefined ? {} : { subset }) };
}

/** A numeric tail is a port only behind a whole host name: Dubbo names such as `providers:x:1.0.0:dev.G.ns.nacos` have colons of their own. */
function splitPort(address: string): { readonly host: string; readonly port?: number } {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  const port = Number(address.slice(colon + 1));
  const known = namesUpstream(host);
  if (colon < 0 || !known || !/^\d+$/.test(address.slice(colon + 1)) || port < 1 || port > 65535) {
    return { host: address };
  }
  return { host, port };
}

/** Shares of 100. The first line takes what the others leave. */
function rescaled(lines: readonly Line[], reader: AnnotationReader, key: string): Line[] {
  const sum = lines.reduce((total, line) => total + line.weight, 0);
  if (lines.length === 1) return [{ ...lines[0]!, weight: 100 }];
  if (sum === 100) return [...lines];
  reader.report(key, 'WeightsRescaled', `${key}: the weights add up to ${sum}, not 100, and are rescaled`, {
    severity: 'warning',
    value: String(sum),
    hint: 'let the weights of all lines add up to 100',
  });
  const tail = lines.slice(1).reduce((total, line) => total + line.weight, 0);
  const total = Math.max(tail, sum);
  const others = lines.slice(1).map((line) => ({
    ...line,
    weight: total === 0 ? 0 : Math.floor((line.weight / total) * 100),
  }));
  const left = 100 - others.reduce((used, line) => used + line.weight, 0);
  return [{ ...lines[0]!, weight: left }, ...others];
}
