/** Keys of ai-proxy that belong to type triton. */
import { z } from 'zod';

export const tritonKeys = {
  tritonDomain: z.string().default('').describe('type triton: host; empty keeps the caller’s'),
  tritonModelVersion: z.string().default('').describe('type triton: version of the model, e.g. 1; empty = the newest'),
};
