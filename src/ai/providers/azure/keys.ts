/** Keys of ai-proxy that belong to type azure. */
import { z } from 'zod';
import { readServiceUrl } from './service-url.ts';

export const azureKeys = {
  azureServiceUrl: z
    .string()
    .default('')
    .describe('type azure: URL with api-version; with a deployment or a whole path, or only the host'),
};

/** Key and reason of settings that cannot work. */
export function azureProblem(settings: {
  readonly apiTokens: readonly string[];
  readonly azureServiceUrl: string;
}): readonly [path: string, message: string] | undefined {
  if (settings.apiTokens.length === 0) return ['apiTokens', 'must be set for type "azure"'];
  const url = readServiceUrl(settings.azureServiceUrl);
  return typeof url === 'string' ? ['azureServiceUrl', url] : undefined;
}
