/** One service as a registry knows it. `host` is the name that `higress.io/destination` uses, for example `orders.DEFAULT-GROUP.public.nacos`. */
export interface RegistryService {
  readonly host: string;
  readonly registry: { readonly type: string; readonly name: string };
  /** Service port: of the first instance, or the registry's `port` for static and dns. */
  readonly port: number;
  readonly protocol: RegistryProtocol;
  readonly resolution: 'endpoints' | 'dns';
  readonly instances: readonly RegistryInstance[];
  /** TLS server name towards the upstream (static and dns). */
  readonly sni?: string;
}

export type RegistryProtocol = 'tcp' | 'http' | 'http2' | 'https' | 'grpc' | 'grpcs' | 'dubbo';

export interface RegistryInstance {
  readonly address: string;
  readonly port: number;
  /** Positive integer. */
  readonly weight: number;
  readonly metadata: Readonly<Record<string, string>>;
}
