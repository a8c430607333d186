/** Keys of ai-proxy that belong to type vertex. */
import { z } from 'zod';

const text = (description: string) => z.string().default('').describe(description);

/** The registry of type dns may be named with or without the ending that its service has, and with the port of the service when that is not 443. */
export function authCluster(serviceName: string): string {
  const [, name = '', port = '443'] = /^(.*?)(?:\.dns)?(?::(\d{1,5}))?$/s.exec(serviceName) ?? [];
  return `outbound|${port}||${name}.dns`;
}

export const vertexKeys = {
  vertexRegion: text('type vertex: region, or `global`'),
  vertexProjectId: text('type vertex: project'),
  vertexAuthKey: text('type vertex: key of the service account, the JSON document as Google gives it'),
  vertexAuthServiceName: text(
    'type vertex: service of type dns that stands for oauth2.googleapis.com; `NAME:PORT` when its port is not 443',
  ),
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
