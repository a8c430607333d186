/** Plugin configurations as they may be shown: in `render`, `/debug` and log lines. */
import { SecretText } from '#lib/secret.ts';
import type { PluginDefinition } from './definition.ts';

const SECRET_KEY =
  /^(api_?tokens?|api_?key|credentials?|passwords?|.*passwd|.*password|.*secret.*|.*tokens?|access_?key.*|private_?key.*)$/i;
/** Look like secrets by name and are none. */
const NO_SECRET = /^(max_?tokens?|.*_tokens_?.*|.*secret_?name|total_?tokens?)$/i;
/** Rules written inside a configuration hold configurations of the same form. */
const RULES = '_rules_';
const REDACTED = '[redacted]';

/** A copy without secrets: values under the usual key names and under the keys or dotted paths (without list indexes) that the plugin names. */
export function redactConfig(config: unknown, definition?: Pick<PluginDefinition, 'secretKeys'>): unknown {
  const named = new Set(definition?.secretKeys ?? []);
  const walk = (value: unknown, path: string): unknown => {
    if (value instanceof SecretText) return REDACTED;
    if (Array.isArray(value)) return value.map((item) => walk(item, path));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => {
        const below = key === RULES ? path : path === '' ? key : `${path}.${key}`;
        const secret = named.has(key) || named.has(below) || (SECRET_KEY.test(key) && !NO_SECRET.test(key));
        const shown = field === null || field === undefined || typeof field === 'boolean' || typeof field === 'number';
        return [key, secret && !shown ? REDACTED : walk(field, below)];
      }),
    );
  };
  return walk(config, '');
}
