/** Settings of `higress controller`, made once from its flags and environment. Names are the flags'. */
import type { DebugFor } from '#app/admin/server.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Where gateways find the plugin server. Those with one in their own pod have its addresses in their bootstrap, which wins. The controller asks every pod
 * behind both names for Wasm modules, at `httpPort`.
 */
export interface PluginServerPlace {
  readonly host: string;
  /** Of the plugin servers in gateway pods. */
  readonly sidecarsHost: string;
  readonly extProcPort: number;
  readonly httpPort: number;
}

export interface ControllerSettings {
  readonly systemNamespace: string;
  readonly podName: string;
  readonly ingressClass: string;
  readonly watchNamespace: string;
  readonly domainSuffix: string;
  readonly enableStatus: boolean;
  readonly httpAddress: ListenAddress;
  /** Who gets anything of `/debug` at `httpAddress`. */
  readonly debugFor: DebugFor;
  readonly grpcAddress: ListenAddress;
  readonly metricsAddress: ListenAddress;
  /** Answers to HTTP-01 challenges. */
  readonly certHttpAddress: ListenAddress;
  /** Ask the CA for certificates. */
  readonly enableAutomaticHttps: boolean;
  /** Whose account it is when `higress-https` names nobody; empty = nobody's. */
  readonly automaticHttpsEmail: string;
  /** Of the CA (RFC 8555). */
  readonly acmeDirectory: string;
  /** This controller's Service. */
  readonly serviceName: string;
  /** Of the gateway's listeners: `0.0.0.0`, or `::` for IPv6 and IPv4. */
  readonly gatewayAddress: string;
  /** Requests that a gateway may have open to one upstream; 0 = no limit. */
  readonly upstreamConcurrency: number;
  /** Listener ports of the gateway. */
  readonly gatewayHttpPort: number;
  readonly gatewayHttpsPort: number;
  /** Envoy's egress listener for plugins that call out, with mTLS. */
  readonly egressPort: number;
  /** Gateways can load the module that runs plugins inside Envoy. */
  readonly nativeModule: boolean;
  /** Name of that module in the bootstrap of gateways, told apart from those of other versions; empty = they do not say. */
  readonly nativeModuleName: string;
  /** Folder of the mounted client certificate in gateway pods. */
  readonly gatewayCertDir: string;
  readonly pluginServer: PluginServerPlace;
  /** URL of a WasmPlugin whose `url` is only `NAME:VERSION`, with `${name}` and `${version}`. */
  readonly pluginUrlPattern: string;
  /** The Deployment that this process belongs to, owner of what it makes for itself; empty = none. */
  readonly deploymentName: string;
  /** DNS names of this controller's Service. */
  readonly serverNames: readonly string[];
  /** This replica's own files. */
  readonly dataDir: string;
  /** Path; absent = in the cluster, or the default kubeconfig. */
  readonly kubeconfig: string | undefined;
  /** Where KUBECONFIG, the home and the address of the API server are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logLevel: string;
  readonly logDir: string | undefined;
}
