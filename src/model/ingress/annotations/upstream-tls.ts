/** Protocol and TLS towards the upstream. */
import { type AnnotationReader, type KnownNames, type ObjectRef, type Read, readPattern } from './value.ts';

export interface UpstreamProtocol {
  readonly protocol: 'http1' | 'http2';
  readonly tls?: UpstreamTlsAnnotations;
}

export interface UpstreamTlsAnnotations {
  readonly verify: boolean;
  /** Server name to send and verify; absent = the upstream's own. */
  readonly name?: string;
  readonly secret?: ObjectRef;
}

export const UPSTREAM_TLS_NAMES: KnownNames = {
  'backend-protocol': 'both',
  'proxy-ssl-secret': 'both',
  'proxy-ssl-verify': 'both',
  'proxy-ssl-name': 'both',
  'proxy-ssl-server-name': 'both',
};

const PROTOCOLS: Readonly<Record<string, { readonly http2: boolean; readonly tls: boolean }>> = {
  HTTP: { http2: false, tls: false },
  HTTP2: { http2: true, tls: false },
  HTTPS: { http2: false, tls: true },
  GRPC: { http2: true, tls: false },
  GRPCS: { http2: true, tls: true },
};

const readHost = readPattern(/^[\w.-]+$/, 'a host name');

/** `proxy-ssl-*` only count with HTTPS and GRPCS. */
export function parseUpstreamProtocol(reader: AnnotationReader): UpstreamProtocol | undefined {
  const secret = reader.reference('proxy-ssl-secret');
  const verify = reader.onOff('proxy-ssl-verify') ?? false;
  const name = reader.get('proxy-ssl-name', readHost);
  const sendName = reader.onOff('proxy-ssl-server-name') ?? false;
  const kind = reader.get('backend-protocol', readProtocol);
  if (kind === undefined) return undefined;
  const protocol = kind.http2 ? 'http2' : 'http1';
  if (!kind.tls) return { protocol };
  // A name to verify is always sent as well: servers choose their certificate by it.
  const useName = name !== undefined && (sendName || verify);
  return {
    protocol,
    tls: { verify, ...(useName ? { name } : {}), ...(secret === undefined ? {} : { secret }) },
  };
}

function readProtocol(text: string): Read<{ readonly http2: boolean; readonly tls: boolean }> {
  const value = PROTOCOLS[text.trim().toUpperCase()];
  return value === undefined ? { allowed: Object.keys(PROTOCOLS).join(', ') } : { value };
}
