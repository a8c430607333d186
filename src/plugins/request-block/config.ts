import { RE2JS } from 're2js';
import { z } from 'zod';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { parseConfig } from '#plugin-sdk/parse-config.ts';

/** Bodies are held up to here; longer ones are refused with 413. */
export const BODY_LIMIT_BYTES = 32 * 1024 * 1024;

const list = () =>
  z.array(z.union([z.string(), z.number().transform(String), z.boolean().transform(String)])).default([]);

export const schema = z.looseObject({
  block_urls: list().describe('Texts that path and query must not contain.'),
  block_exact_urls: list().describe('Paths with query that are refused as a whole.'),
  block_regexp_urls: list().describe('RE2 patterns that must not occur in path and query.'),
  block_headers: list().describe(
    'Texts that must not occur in the headers, written as name, line end, value, line end …',
  ),
  block_bodies: list().describe('Texts that must not occur in the body.'),
  blocked_code: z.number().default(403).describe('Status of the answer: 101 to 599, anything else means 403.'),
  blocked_message: z.string().default('').describe('Body of the answer.'),
  case_sensitive: z.boolean().default(true).describe('false: upper and lower case of ASCII letters are the same.'),
});

/** Texts are in lower case already when case does not matter. */
export interface RequestBlockConfig {
  readonly exact: readonly string[];
  readonly keywords: readonly string[];
  readonly patterns: readonly string[];
  readonly headers: readonly string[];
  readonly bodies: readonly string[];
  readonly status: number;
  readonly message: string;
  readonly caseSensitive: boolean;
}

export function effectiveConfig(global: unknown, rule: unknown): RequestBlockConfig {
  const config = parseConfig(schema, rule ?? global);
  const fold = (texts: readonly string[]) =>
    texts.filter((text) => text !== '').map((text) => (config.case_sensitive ? text : foldCase(text)));
  for (const [index, pattern] of config.block_regexp_urls.entries()) {
    try {
      RE2JS.compile(pattern);
    } catch {
      const path = `block_regexp_urls.${index}`;
      throw new PluginConfigError(path, `"${pattern}" is not a regular expression that RE2 accepts`);
    }
  }
  const lists = {
    exact: fold(config.block_exact_urls),
    keywords: fold(config.block_urls),
    patterns: config.block_regexp_urls.filter((pattern) => pattern !== ''),
    headers: fold(config.block_headers),
    bodies: fold(config.block_bodies),
  };
  if (Object.values(lists).every((texts) => texts.length === 0)) {
    const hint = 'write at least one of block_urls, block_exact_urls, block_regexp_urls, block_headers, block_bodies';
    throw new PluginConfigError('block_urls', 'there is nothing to block', hint);
  }
  const code = config.blocked_code;
  return {
    ...lists,
    status: Number.isInteger(code) && code >= 101 && code <= 599 ? code : 403,
    message: config.blocked_message,
    caseSensitive: config.case_sensitive,
  };
}

/** Lower case of ASCII letters only, as the module inside Envoy does it. */
export function foldCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
