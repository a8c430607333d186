/** One parser per kind, for the sources that read objects. */
import { parseConfigMap } from '#model/config-map.ts';
import { parseEndpointSlice } from '#model/endpoint-slice.ts';
import { parseHttp2Rpc } from '#model/http2rpc.ts';
import { parseIngress } from '#model/ingress/ingress.ts';
import { parseIngressClass } from '#model/ingress-class.ts';
import { parseMcpBridge } from '#model/mcp-bridge.ts';
import { parseSecret } from '#model/secret.ts';
import { parseService } from '#model/service.ts';
import { parseWasmPlugin } from '#model/wasm-plugin.ts';
import type { KindParsers } from '#sources/files/kinds.ts';

export const KIND_PARSERS: KindParsers = {
  ingresses: parseIngress,
  ingressClasses: parseIngressClass,
  services: parseService,
  endpointSlices: parseEndpointSlice,
  secrets: parseSecret,
  configMaps: parseConfigMap,
  mcpBridges: parseMcpBridge,
  wasmPlugins: parseWasmPlugin,
  http2rpcs: parseHttp2Rpc,
};
