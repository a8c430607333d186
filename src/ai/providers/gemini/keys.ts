/** Keys of ai-proxy that belong to types gemini and vertex. */
import { z } from 'zod';

const thresholds = z.record(z.string(), z.string());

export const geminiKeys = {
  geminiSafetySetting: thresholds
    .optional()
    .describe('types gemini and vertex: harm category to threshold, e.g. HARM_CATEGORY_HARASSMENT: BLOCK_NONE'),
  geminiSafetySettings: thresholds.optional().describe('another spelling of geminiSafetySetting'),
  geminiThinkingBudget: z
    .int()
    .min(-1)
    .optional()
    .describe('types gemini and vertex: tokens for thinking; 0 = none, -1 = as the model likes'),
  geminiImagePublicOnly: z
    .boolean()
    .default(false)
    .describe('type gemini: fetch images of messages from public addresses only'),
};
