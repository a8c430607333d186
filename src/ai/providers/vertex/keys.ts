/** Keys of ai-proxy that belong to type vertex. */
import { z } from 'zod';

const text = (description: string) => z.string().default('').describe(description);

/** The registry of type dns may be named with or without the ending that its service has. */
export function authCluster(serviceName: string): string {
  return `outbound|443||${serviceName.replace(/\.dns$/, '')}.dns`;
}

export const vertexKeys = {
  vertexRegion: text('type vertex: region, or `global`'),
  vertexProjectId: text('type vertex: project'),
  vertexAuthKey: text('type vertex: key of the service account, the JSON document as Google gives it'),
  vertexAuthServiceName: text('type vertex: service of type dns that stands for oauth2.googleapis.com'),
  vertexTokenRefreshAhead: z
    .number()
    .int()
    .min(0)
    .default(60)
    .describe('type vertex: seconds before its end at which an access token is replaced'),
  vertexOpenAICompatible: z
    .boolean()
    .default(false)
    .describe('type vertex: use the OpenAI-compatible interface, which knows chat only'),
};
