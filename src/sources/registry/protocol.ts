import type { RegistryProtocol } from '#model/registry-service.ts';

const PROTOCOLS: Readonly<Record<string, RegistryProtocol>> = {
  tcp: 'tcp',
  http: 'http',
  http2: 'http2',
  https: 'https',
  grpc: 'grpc',
  tri: 'grpc',
  triple: 'grpc',
  grpcs: 'grpcs',
  dubbo: 'dubbo',
};

export const PROTOCOL_NAMES = Object.keys(PROTOCOLS);

/** Any case; empty = http; undefined = not known. */
export function protocolOf(text: string): RegistryProtocol | undefined {
  const word = text.trim().toLowerCase();
  return word === '' ? 'http' : Object.hasOwn(PROTOCOLS, word) ? PROTOCOLS[word] : undefined;
}

export function usesTls(protocol: RegistryProtocol): boolean {
  return protocol === 'https' || protocol === 'grpcs';
}
