/** Keys of ai-proxy that belong to type dify. */
import { z } from 'zod';

export const difyKeys = {
  difyApiUrl: z.string().default('').describe('type dify: URL of an installation of one’s own'),
  botType: z.enum(['Chat', 'Agent', 'Completion', 'Workflow']).default('Chat').describe('type dify'),
  inputVariable: z.string().default('').describe('type dify, Workflow: input that gets the question'),
  outputVariable: z.string().default('').describe('type dify, Workflow: output that holds the answer'),
};
