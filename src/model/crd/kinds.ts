/** The kinds of Higress that are ours to define, as far as the API server and `kubectl` care. */
import { type ZodType, z } from 'zod';
import { http2RpcSpecSchema } from '../http2rpc.ts';
import { proxySchema, registrySchema } from '../mcp-bridge.ts';
import { http2RpcStatusSchema, mcpBridgeStatusSchema, wasmPluginStatusSchema } from '../status.ts';
import { matchRuleSchema, wasmPluginSpecSchema } from '../wasm-plugin.ts';
import type { OpenApiSchema } from './openapi.ts';
import { HTTP2RPC_RULES, MCP_BRIDGE_RULES, WASM_PLUGIN_RULES } from './rules.ts';

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description?: string;
  /** Above 0: only with `-o wide`. */
  readonly priority?: number;
}

export interface CrdKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly description: string;
  readonly spec: ZodType;
  readonly status: ZodType;
  /** Additions to the schema of `spec` by field path. */
  readonly rules: Readonly<Record<string, OpenApiSchema>>;
  readonly columns: readonly PrinterColumn[];
}

const condition = (type: string): PrinterColumn => ({
  name: type,
  type: 'string',
  jsonPath: `.status.conditions[?(@.type=="${type}")].status`,
});
const REASON: PrinterColumn = {
  name: 'Reason',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Accepted")].reason',
  description: 'Why the object is accepted or not.',
  priority: 1,
};
const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

const NETWORKING = { group: 'networking.higress.io', version: 'v1' } as const;

export const CRD_KINDS: readonly CrdKind[] = [
  {
    ...NETWORKING,
    kind: 'McpBridge',
    plural: 'mcpbridges',
    singular: 'mcpbridge',
    shortNames: ['mcpb'],
    categories: ['higress-io'],
    description: 'Registries whose services can be routed to. The object named default in the system namespace counts.',
    spec: z.object({
      registries: z.array(registrySchema).optional().describe('Registries, all of them used at once.'),
      proxies: z.array(proxySchema).optional().describe('Proxies through which services of type dns can be reached.'),
    }),
    status: mcpBridgeStatusSchema,
    rules: MCP_BRIDGE_RULES,
    columns: [
      {
        name: 'Ready',
        type: 'string',
        jsonPath: '.status.registriesReady',
        description: 'Registries that are ready, of all.',
      },
      condition('Accepted'),
      REASON,
      AGE,
    ],
  },
  {
    ...NETWORKING,
    kind: 'Http2Rpc',
    plural: 'http2rpcs',
    singular: 'http2rpc',
    shortNames: ['h2r'],
    categories: ['higress-io'],
    description: 'How HTTP requests become calls of a Dubbo service.',
    spec: http2RpcSpecSchema,
    status: http2RpcStatusSchema,
    rules: HTTP2RPC_RULES,
    columns: [{ name: 'Service', type: 'string', jsonPath: '.spec.dubbo.service' }, condition('Accepted'), REASON, AGE],
  },
  {
    group: 'extensions.higress.io',
    version: 'v1alpha1',
    kind: 'WasmPlugin',
    plural: 'wasmplugins',
    singular: 'wasmplugin',
    shortNames: ['wp'],
    categories: ['higress-io', 'extensions-higress-io'],
    description: 'A plugin with its configuration, and the routes, hosts and services for which it holds.',
    spec: wasmPluginSpecSchema.extend({
      matchRules: z.array(matchRuleSchema).optional().describe('The first rule that matches a request counts.'),
    }),
    status: wasmPluginStatusSchema,
    rules: WASM_PLUGIN_RULES,
    columns: [
      { name: 'Phase', type: 'string', jsonPath: '.spec.phase' },
      { name: 'Priority', type: 'integer', jsonPath: '.spec.priority' },
      condition('Accepted'),
      condition('Programmed'),
      { name: 'Runs as', type: 'string', jsonPath: '.status.runsAs' },
      { name: 'URL', type: 'string', jsonPath: '.spec.url', priority: 1 },
      REASON,
      AGE,
    ],
  },
];
