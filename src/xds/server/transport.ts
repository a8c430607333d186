/** gRPC settings and method definitions that server and client share. Messages pass as bytes; their codecs are in `messages.ts`. */
import grpc from '@grpc/grpc-js';
import { ADS_SERVICE } from './messages.ts';

/** A Unix socket, or a TCP address; port 0 takes a free one. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

/** Paths of PEM files, read again when they change. Both sides show a certificate and check the other's against `ca`. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const CERTIFICATE_REFRESH_MS = 10_000;

function certificates({ cert, key, ca }: TlsFiles): grpc.experimental.CertificateProvider {
  return new grpc.experimental.FileWatcherCertificateProvider({
    certificateFile: cert,
    privateKeyFile: key,
    caCertificateFile: ca,
    refreshIntervalMs: CERTIFICATE_REFRESH_MS,
  });
}

export function serverCredentials(tls: TlsFiles | undefined): grpc.ServerCredentials {
  if (tls === undefined) return grpc.ServerCredentials.createInsecure();
  const provider = certificates(tls);
  return grpc.experimental.createCertificateProviderServerCredentials(provider, provider, true);
}

export function channelCredentials(tls: TlsFiles | undefined): grpc.ChannelCredentials {
  if (tls === undefined) return grpc.credentials.createInsecure();
  const provider = certificates(tls);
  return grpc.experimental.createCertificateProviderChannelCredentials(provider, provider);
}

const KEEPALIVE_INTERVAL_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

/** A snapshot of a big cluster is far beyond the 4 MiB that gRPC allows by default. */
export const CHANNEL_OPTIONS: grpc.ChannelOptions = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
  'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  'grpc.keepalive_permit_without_calls': 1,
};

export function grpcTarget(address: Address): string {
  if ('path' in address) return `unix:${address.path}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

export const SOTW_METHOD = method('StreamAggregatedResources');
export const DELTA_METHOD = method('DeltaAggregatedResources');

function method(name: string): grpc.MethodDefinition<Buffer, Buffer> {
  return {
    path: `/${ADS_SERVICE}/${name}`,
    requestStream: true,
    responseStream: true,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

function same(bytes: Buffer): Buffer {
  return bytes;
}
