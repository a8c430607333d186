/** TLS towards clients, per host. */
import type { TlsVersion } from '#ir/types.ts';
import { type AnnotationReader, type KnownNames, type ObjectRef, type Read, readString } from './value.ts';

export interface DownstreamTlsAnnotations {
  /** Secret whose CA verifies client certificates; `invalid`: it cannot be read, so the host has no TLS at all. */
  readonly clientSecret?: ObjectRef | 'invalid';
  readonly ciphers?: readonly string[];
  readonly minVersion?: TlsVersion;
  readonly maxVersion?: TlsVersion;
}

export const DOWNSTREAM_TLS_NAMES: KnownNames = {
  'auth-tls-secret': 'both',
  'ssl-cipher': 'both',
  'tls-min-protocol-version': 'both',
  'tls-max-protocol-version': 'both',
};

const VERSIONS: Readonly<Record<string, TlsVersion>> = {
  'TLSv1.0': 'TLSv1_0',
  'TLSv1.1': 'TLSv1_1',
  'TLSv1.2': 'TLSv1_2',
  'TLSv1.3': 'TLSv1_3',
};

/** Undefined when the Ingress says nothing about it: then the next Ingress of the host may. */
export function parseDownstreamTls(reader: AnnotationReader): DownstreamTlsAnnotations | undefined {
  const secret: ObjectRef | 'invalid' | undefined =
    reader.reference('auth-tls-secret') ?? (reader.has('auth-tls-secret') ? 'invalid' : undefined);
  const ciphers = reader.get('ssl-cipher', readCiphers);
  const minVersion = reader.get('tls-min-protocol-version', readVersion);
  const maxVersion = reader.get('tls-max-protocol-version', readVersion);
  const found: DownstreamTlsAnnotations = {
    ...(secret === undefined ? {} : { clientSecret: secret }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}

/** Separated by colons, as OpenSSL writes them, or by commas. */
function readCiphers(text: string): Read<readonly string[]> {
  const read = readString(text);
  if (!('value' in read)) return read;
  return { value: read.value.split(/[:,\s]+/).filter((name) => name !== '') };
}

function readVersion(text: string): Read<TlsVersion> {
  const value = VERSIONS[text.trim()];
  return value === undefined ? { allowed: Object.keys(VERSIONS).join(', ') } : { value };
}
