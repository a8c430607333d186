/** What the controller writes into `status` of McpBridge, WasmPlugin and Http2Rpc. The CRDs are generated from these schemas: a field that is not here is pruned by the API server. */
import { z } from 'zod';

const WRITTEN_BY = 'Written by the controller.';

/** RFC 3339, as Kubernetes writes times. */
const time = z.string().meta({ format: 'date-time' });

/** The `metav1.Condition` of Kubernetes, with its limits. */
export const conditionSchema = z.object({
  type: z
    .string()
    .max(316)
    .regex(/^([A-Za-z0-9][-A-Za-z0-9_.]*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/)
    .describe('Accepted, ResolvedRefs, Programmed.'),
  status: z.enum(['True', 'False', 'Unknown']),
  observedGeneration: z.int().min(0).optional().meta({ format: 'int64' }).describe('Generation that was looked at.'),
  lastTransitionTime: time.describe('When the status last changed.'),
  reason: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
    .describe('One word for programs.'),
  message: z.string().max(32_768).describe('Sentence for people.'),
});

export type Condition = Readonly<z.infer<typeof conditionSchema>>;

const conditions = z
  .array(conditionSchema)
  .optional()
  .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });

export const registryStatusSchema = z.object({
  name: z.string(),
  type: z.string(),
  ready: z.boolean().optional().describe('The registry answered and its services are served.'),
  services: z.int().min(0).optional().describe('How many services it has.'),
  lastError: z.string().optional().describe('Why it does not answer.'),
  failingSince: time.optional().describe('Since when it does not answer.'),
});

export type RegistryStatus = Readonly<z.infer<typeof registryStatusSchema>>;

export const mcpBridgeStatusSchema = z
  .object({
    conditions,
    registriesReady: z.string().optional().describe('Registries that are ready, of all: `2/3`.'),
    registries: z
      .array(registryStatusSchema)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type', 'name'] }),
  })
  .describe(WRITTEN_BY);

export const wasmPluginStatusSchema = z
  .object({
    conditions,
    runsAs: z.string().optional().describe('How the plugin runs: native (Envoy filters), plugin-server or wasm.'),
  })
  .describe(WRITTEN_BY);

export const http2RpcStatusSchema = z.object({ conditions }).describe(WRITTEN_BY);

export type McpBridgeStatus = Readonly<z.infer<typeof mcpBridgeStatusSchema>>;
export type WasmPluginStatus = Readonly<z.infer<typeof wasmPluginStatusSchema>>;
export type Http2RpcStatus = Readonly<z.infer<typeof http2RpcStatusSchema>>;
