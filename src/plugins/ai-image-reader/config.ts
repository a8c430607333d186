import { z } from 'zod';
import { parseConfig } from '#plugin-sdk/parse-config.ts';

export const schema = z.looseObject({
  type: z.literal('dashscope').describe('Kind of OCR service; there is one.'),
  apiKey: z.string().min(1).describe('Key for the OCR service.'),
  serviceName: z.string().min(1).describe('Full name of the OCR service, as a registry or Kubernetes knows it.'),
  serviceHost: z.string().min(1).default('dashscope.aliyuncs.com').describe('Host header of the calls.'),
  servicePort: z.coerce.number().int().min(1).max(65535).default(443).describe('Port of the OCR service.'),
  model: z.string().min(1).default('qwen-vl-ocr').describe('Model that reads the images.'),
  timeout: z.coerce.number().int().min(1).max(600_000).default(10_000).describe('For each image, in milliseconds.'),
});

export type ImageReaderConfig = z.output<typeof schema>;

/** A rule's configuration replaces the global one. */
export function effectiveConfig(global: unknown, rule: unknown): ImageReaderConfig | undefined {
  const written = rule ?? global;
  return written === undefined ? undefined : parseConfig(schema, written);
}
