/**
 * Native steps that run a script in Envoy's Lua filter: a text from a `.lua` file behind the parts it uses, with its configuration as the local
 * table `config`. The configuration is a literal of data, never code, and stands in the text because Envoy copies a filter context at each
 * request, which costs more than the scripts themselves. Equal texts share one Lua machine per worker.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SecretText } from '#lib/secret.ts';
import type { NativeStep } from '../lower.ts';
import { luaLiteral } from './literal.ts';

/** Parts that scripts can be made of; each defines one local of that name. */
export type LuaPart = 'http' | 'json' | 'multipart';

/** In an order in which each may use those before it. */
export const LUA_PARTS: readonly LuaPart[] = ['http', 'json', 'multipart'];

const cache = new Map<string, string>();

export function partText(part: LuaPart): string {
  return read(join(import.meta.dirname, `${part}.lua`));
}

/** The text of a plugin's script behind the parts it uses. `file` is an absolute path. */
export function loadScript(file: string, parts: readonly LuaPart[]): string {
  return [...parts.map(partText), read(file)].join('\n');
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

function read(file: string): string {
  let text = cache.get(file);
  if (text === undefined) {
    text = readFileSync(file, 'utf8');
    cache.set(file, text);
  }
  return text;
}
