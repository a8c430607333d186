/** Shows a plugin's configuration without its secrets. */
import type { PluginDefinition } from '#plugin-sdk/definition.ts';

const ALWAYS = /^(apitokens?|apikey|credentials?|password|.*secret.*|tokens?|.*token|access_?key.*|private_?key.*)$/i;
const REDACTED = '[redacted]';

export function redactConfig(definition: PluginDefinition | undefined, config: unknown): unknown {
  const keys = new Set(definition?.secretKeys ?? []);
  return redact(config, '', (key, path) => ALWAYS.test(key) || keys.has(key) || keys.has(path));
}

function redact(value: unknown, path: string, secret: (key: string, path: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => redact(item, path, secret));
  if (value === null || typeof value !== 'object') return value;
  const out: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const below = path === '' ? key : `${path}.${key}`;
    out[key] = secret(key, below) && field !== null && field !== undefined ? REDACTED : redact(field, below, secret);
  }
  return out;
}
