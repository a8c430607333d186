/** Keys of ai-proxy that belong to type deepl. */
import { z } from 'zod';

export const deeplKeys = {
  targetLang: z.string().default('').describe('type deepl: language to translate to, e.g. ZH'),
};
