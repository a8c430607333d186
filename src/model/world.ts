/** Everything that sources deliver, as one immutable value: the input of `translate`. */
import type { ConfigMap } from './config-map.ts';
import type { EndpointSlice } from './endpoint-slice.ts';
import type { EnvoyFilter } from './envoy-filter.ts';
import type { Http2Rpc } from './http2rpc.ts';
import type { Ingress } from './ingress/ingress.ts';
import type { IngressClass } from './ingress-class.ts';
import type { McpBridge } from './mcp-bridge.ts';
import type { RegistryService } from './registry-service.ts';
import type { Secret } from './secret.ts';
import type { Service } from './service.ts';
import type { WasmPlugin } from './wasm-plugin.ts';

export interface World {
  readonly ingresses: readonly Ingress[];
  readonly ingressClasses: readonly IngressClass[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly secrets: readonly Secret[];
  readonly configMaps: readonly ConfigMap[];
  readonly mcpBridges: readonly McpBridge[];
  readonly wasmPlugins: readonly WasmPlugin[];
  readonly http2rpcs: readonly Http2Rpc[];
  readonly envoyFilters: readonly EnvoyFilter[];
  /** Discovered in registries named by the McpBridge. */
  readonly registryServices: readonly RegistryService[];
}

export interface WorldSettings {
  readonly ingressClass: string;
  readonly systemNamespace: string;
  readonly watchNamespace: string;
  readonly domainSuffix: string;
  /** Port that https redirects name in `Location`; 443 is left out. */
  readonly httpsPublicPort: number;
  /** Serve routes of the covering wildcard host where an exact host has no match. Default true. */
  readonly wildcardFallback: boolean;
  /**
   * Present: this process asks CAs for the certificates that `higress-https` wants; `email` (or empty) is whose account it is when `acmeIssuer` names
   * nobody.
   */
  readonly automaticHttps?: { readonly email: string };
  /** URL of a WasmPlugin whose `url` is only `NAME:VERSION`, with `${name}` and `${version}`; absent = such a URL is an image's. */
  readonly pluginUrlPattern?: string;
}
