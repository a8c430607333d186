/** What model-mapper and model-router share: which requests they look at. */
import { z } from 'zod';

export const DEFAULT_SUFFIXES: readonly string[] = [
  '/completions',
  '/embeddings',
  '/images/generations',
  '/audio/speech',
  '/fine_tuning/jobs',
  '/moderations',
  '/image-synthesis',
  '/video-synthesis',
  '/rerank',
  '/messages',
  '/responses',
];

export const modelScope = {
  modelKey: z.string().default('model').describe('GJSON path of the model in the body.'),
  enableOnPathSuffix: z
    .array(z.string())
    .optional()
    .describe(
      'Only requests whose path (without query) ends in one of these are looked at. Replaces the built-in list.',
    ),
};

/** `*` stands for every path. */
export function pathEnds(path: string, suffixes: readonly string[]): boolean {
  const bare = path.split('?', 1)[0] ?? '';
  return suffixes.some((suffix) => suffix === '*' || bare.endsWith(suffix));
}
