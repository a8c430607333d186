/** A copy of each request for another upstream, whose answers are dropped. */
import { type AnnotationReader, type KnownNames, type ObjectRef, type Read, readInt, readPattern } from './value.ts';

export interface Mirror {
  readonly percent: number;
  readonly target:
    | { readonly type: 'service'; readonly service: ObjectRef; readonly port?: number }
    | { readonly type: 'host'; readonly host: string; readonly port: number };
}

export const MIRROR_NAMES: KnownNames = {
  'mirror-target-service': 'both',
  'mirror-percentage': 'both',
  'mirror-target-fqdn': 'both',
  'mirror-target-fqdn-port': 'both',
};

const DEFAULT_FQDN_PORT = 80;
const readHost = readPattern(/^[\w.:-]+$/, 'a host name');

/** A host wins over a Service. */
export function parseMirror(reader: AnnotationReader): Mirror | undefined {
  const percent = Math.min(reader.int('mirror-percentage', 0) ?? 100, 100);
  const host = reader.get('mirror-target-fqdn', readHost);
  const port = reader.get('mirror-target-fqdn-port', readInt(1, 65535));
  const service = reader.get('mirror-target-service', (text) => readService(text, reader.object.metadata.namespace));
  if (host !== undefined) return { percent, target: { type: 'host', host, port: port ?? DEFAULT_FQDN_PORT } };
  return service && { percent, target: service };
}

function readService(text: string, ownNamespace: string): Read<Extract<Mirror['target'], { type: 'service' }>> {
  const parts = /^(?:([a-z0-9-]+)\/)?([a-z0-9][a-z0-9-]*)(?::(\d{1,5}))?$/.exec(text.trim());
  const port = parts?.[3] === undefined ? undefined : Number(parts[3]);
  if (parts === null || (port !== undefined && (port < 1 || port > 65535))) {
    return { allowed: '[NAMESPACE/]SERVICE[:PORT]' };
  }
  const service = { namespace: parts[1] ?? ownNamespace, name: parts[2]! };
  return { value: { type: 'service', service, ...(port === undefined ? {} : { port }) } };
}
