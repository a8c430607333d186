/**
 * Native steps that run a script in Envoy's Lua filter. Scripts are constant texts from `.lua` files; what users write reaches them only as data, in
 * the filter context. All steps with the same text share one Lua machine per worker.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash } from '#lib/hash.ts';
import type { NativeStep } from '../lower.ts';

/** Parts that scripts can be made of; each defines one local of that name. */
export type LuaPart = 'http' | 'json' | 'multipart' | 'sha256';

const cache = new Map<string, string>();

/** The text of a plugin's script behind the parts it uses. `file` is an absolute path. */
export function loadScript(file: string, parts: readonly LuaPart[]): string {
  const files = [...parts.map((part) => join(import.meta.dirname, `${part}.lua`)), file];
  return files.map(read).join('\n');
}

/** Scripts clear the route cache themselves where they mean it, so the filter never does it by its own. The context gets an `id` by content. */
export function luaStep(script: string, context: Readonly<Record<string, unknown>>): NativeStep {
  return {
    filter: 'lua',
    config: {
      default_source_code: { inline_string: script },
      filter_context: { id: contentHash(context), ...context },
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
