/** Validation of a plugin's configuration against its zod schema. */
import type { ZodType } from 'zod';
import { PluginConfigError } from './definition.ts';

/** The parsed value; throws PluginConfigError with the dotted path of the first thing that is wrong. Values are not repeated: they may be secrets. */
export function parseConfig<T>(schema: ZodType<T>, config: unknown): T {
  const result = schema.safeParse(config ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new PluginConfigError(issue?.path.map(String).join('.') ?? '', issue?.message ?? 'is not valid');
}
