/**
 * Native steps that run a script in Envoy's Lua filter: a text from a `.lua` file, with its configuration as the local
 * table `config`. The configuration is a literal of data, never code, and stands in the text because Envoy copies a filter context at each
 * request, which costs more than the scripts themselves. Equal texts share one Lua machine per worker.
 */
import { readFileSync } from 'node:fs';
import { SecretText } from '#lib/secret.ts';
import type { NativeStep } from '../lower.ts';
import { luaLiteral } from './literal.ts';

const cache = new Map<string, string>();

/** The text of a script. `file` is an absolute path. */
export function loadScript(file: string): string {
  let text = cache.get(file);
  if (text === undefined) {
    text = readFileSync(file, 'utf8');
    cache.set(file, text);
  }
  return text;
}

/**
 * `config` is plain data; with secrets in it the whole text is one. Scripts clear the route cache themselves where they mean it, so the filter
 * never does it by its own.
 */
export function luaStep(script: string, config: Readonly<Record<string, unknown>>): NativeStep {
  const { text, secret } = luaLiteral(config);
  const source = `local config = ${text}\n${script}`;
  return {
    filter: 'lua',
    config: {
      default_source_code: { inline_string: secret ? new SecretText(source) : source },
      clear_route_cache: false,
      shared_vm_id: 'higress',
    },
  };
}
