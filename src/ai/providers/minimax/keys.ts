/** Keys of ai-proxy that belong to type minimax. */
import { z } from 'zod';

export const minimaxKeys = {
  minimaxApiType: z.enum(['v2', 'pro']).default('v2').describe('type minimax: interface'),
  minimaxGroupId: z.string().default('').describe('type minimax, interface pro'),
};
