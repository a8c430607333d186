/** Keys of ai-proxy that belong to type qwen. */
import { z } from 'zod';

export const qwenKeys = {
  qwenEnableCompatible: z.boolean().default(true).describe('type qwen: use the OpenAI-compatible interface'),
  qwenDomain: z.string().default('').describe('type qwen: host'),
  qwenEnableSearch: z.boolean().default(false).describe('type qwen, native interface: the model may search the web'),
  qwenFileIds: z.array(z.string()).default([]).describe('type qwen, model qwen-long: files that the model reads'),
  reasoningContentMode: z
    .string()
    .default('passthrough')
    .describe('type qwen, native interface: where reasoning goes: `passthrough`, `ignore` or `concat`, in any case'),
};

const MODES = ['passthrough', 'ignore', 'concat'] as const;

export type ReasoningMode = (typeof MODES)[number];

/** Any other word means `passthrough`. */
export function reasoningMode(written: string): ReasoningMode {
  return MODES.find((mode) => mode === written.toLowerCase()) ?? 'passthrough';
}
