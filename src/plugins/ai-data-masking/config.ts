import { z } from 'zod';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { parseConfig } from '#plugin-sdk/parse-config.ts';
import { compilePattern } from './pattern.ts';
import { jsonPathError } from './places.ts';
import { SYSTEM_WORDS } from './system-words.ts';

const BLOCKED = '问题或回答中含有敏感词，已被拦截。';

/** Numbers and booleans are what YAML makes of words without quotes. */
const words = () => z.array(z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]));

const rule = z.looseObject({
  regex: z.string().min(1).describe('Regular expression of what is masked; may hold GROK: %{NAME}, %{NAME:group}.'),
  type: z.enum(['replace', 'hash']).describe('replace: by `value`. hash: by the SHA-256 of the match.'),
  restore: z.boolean().default(false).describe('Put the original back where the mask stands in the answer.'),
  value: z.string().default('').describe('Replacement; $1, $name and ${name} stand for groups of the match.'),
});

export const schema = z.looseObject({
  deny_openai: z.boolean().default(true).describe('Treat bodies with `messages` as chats.'),
  deny_jsonpath: z.array(z.string()).default([]).describe('JSONPath of the strings to look at in other JSON bodies.'),
  deny_raw: z.boolean().default(false).describe('Look at whole bodies that are handled in no other way.'),
  system_deny: z.boolean().default(false).describe('Also deny the words of the built-in list.'),
  system_words: words().optional().describe('A list in place of the built-in one.'),
  deny_words: words().default([]).describe('Words that block a request or an answer.'),
  deny_code: z.int().min(200).max(599).default(200).describe('Status for blocked requests.'),
  deny_message: z.string().default(BLOCKED).describe('Content of the answer to a blocked chat.'),
  deny_raw_message: z
    .string()
    .default(JSON.stringify({ errmsg: BLOCKED }))
    .describe('Body of the answer to other blocked requests.'),
  deny_content_type: z.string().min(1).default('application/json').describe('Its content type.'),
  replace_roles: z.array(rule).default([]).describe('What is masked, in this order.'),
  skip_response: z.boolean().default(false).describe('Leave answers alone.'),
});

export type MaskRule = z.output<typeof rule>;

export interface DataMaskingConfig {
  readonly chats: boolean;
  readonly jsonPaths: readonly string[];
  readonly raw: boolean;
  readonly words: readonly string[];
  readonly code: number;
  readonly message: string;
  readonly rawMessage: string;
  readonly contentType: string;
  readonly rules: readonly MaskRule[];
  readonly skipResponse: boolean;
}

/** A rule's configuration replaces the global one. */
export function effectiveConfig(global: unknown, scope: unknown): DataMaskingConfig | undefined {
  const written = scope ?? global;
  if (written === undefined) return undefined;
  const config = parseConfig(schema, written);
  const jsonPaths = config.deny_jsonpath.filter((path) => path !== '');
  for (const [index, path] of config.deny_jsonpath.entries()) {
    const error = path === '' ? undefined : jsonPathError(path);
    if (error !== undefined) {
      throw new PluginConfigError(`deny_jsonpath.${index}`, `"${path}" is not a JSONPath (RFC 9535): ${error}`);
    }
  }
  for (const [index, { regex }] of config.replace_roles.entries()) {
    try {
      compilePattern(regex);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PluginConfigError(`replace_roles.${index}.regex`, `"${regex}" cannot be used: ${reason}`);
    }
  }
  const system = config.system_deny ? (config.system_words ?? SYSTEM_WORDS) : [];
  const all = [...config.deny_words, ...system].map((word) => word.trim()).filter((word) => word !== '');
  return {
    chats: config.deny_openai,
    jsonPaths,
    raw: config.deny_raw,
    words: [...new Set(all)],
    code: config.deny_code,
    message: config.deny_message,
    rawMessage: config.deny_raw_message,
    contentType: config.deny_content_type,
    rules: config.replace_roles,
    skipResponse: config.skip_response,
  };
}
