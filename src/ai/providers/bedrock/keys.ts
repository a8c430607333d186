/** Keys of ai-proxy that belong to type bedrock, and what they need of each other. */
import { z } from 'zod';

const text = (description: string) => z.string().default('').describe(description);

export const bedrockKeys = {
  awsAccessKey: text('type bedrock: access key id; together with awsSecretKey'),
  awsSecretKey: text('type bedrock: secret access key'),
  awsRegion: text('type bedrock: region, e.g. us-east-1'),
  bedrockAdditionalFields: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('type bedrock: members of additionalModelRequestFields, e.g. top_k: 200'),
  promptCacheRetention: text(
    'type bedrock: in_memory or 24h; how long prompts are cached when the request does not say',
  ),
  bedrockPromptCachePointPositions: z
    .object({
      systemPrompt: z.boolean().default(true),
      lastUserMessage: z.boolean().default(false),
      lastMessage: z.boolean().default(false),
    })
    .default({ systemPrompt: true, lastUserMessage: false, lastMessage: false })
    .describe('type bedrock: what a cache point follows'),
};

export interface BedrockSettings {
  readonly apiTokens: readonly string[];
  readonly awsAccessKey: string;
  readonly awsSecretKey: string;
  readonly awsRegion: string;
}

/** Key and reason of settings that cannot work. */
export function bedrockProblem(settings: BedrockSettings): readonly [path: string, message: string] | undefined {
  if (settings.awsRegion === '') return ['awsRegion', 'must be set for type "bedrock"'];
  if (!/^[a-z0-9-]+$/.test(settings.awsRegion)) {
    return ['awsRegion', `"${settings.awsRegion}" is no region; write e.g. us-east-1`];
  }
  if (settings.apiTokens.length > 0) return undefined;
  if (settings.awsAccessKey === '') return ['awsAccessKey', 'must be set for type "bedrock" without apiTokens'];
  if (settings.awsSecretKey === '') return ['awsSecretKey', 'must be set together with awsAccessKey'];
  return undefined;
}
