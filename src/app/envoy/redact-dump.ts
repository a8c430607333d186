/**
 * Envoy's `config_dump` as it may be shown. Envoy itself hides what its types mark as sensitive (keys of certificates, API keys of its own filters); texts that
 * only we know to be secret, such as a vendor's key in a header edit or a script, are looked for by value.
 */
import type { Gateway } from '#ir/types.ts';
import { SecretText } from '#lib/secret.ts';
import type { PluginCatalogue } from '#plugin-sdk/definition.ts';
import { redactConfig } from '#plugin-sdk/redact.ts';

const REDACTED = '[redacted]';
/** Shorter ones are hidden where they are a whole value, not inside longer texts. */
const MIN_INSIDE_LENGTH = 4;

/** Every secret text of the messages for Envoy and of the configurations of plugins. */
export function secretTexts(
  hosts: Gateway['hosts'],
  messages: Iterable<unknown>,
  catalogue: PluginCatalogue,
): ReadonlySet<string> {
  const found = new Set<string>();
  const revealed = (value: unknown): void => {
    if (value instanceof SecretText) found.add(value.reveal());
    else if (value !== null && typeof value === 'object') for (const part of Object.values(value)) revealed(part);
  };
  for (const message of messages) revealed(message);
  for (const { routes } of hosts)
    for (const { plugins } of routes)
      for (const binding of plugins) {
        const definition = binding.kind === 'builtin' ? catalogue.get(binding.plugin) : undefined;
        collect(binding.config, redactConfig(binding.config, definition), found);
        if (binding.kind === 'wasm') for (const { value } of binding.env) if (value !== undefined) found.add(value);
      }
  found.delete('');
  return found;
}

export function redactTexts(value: unknown, secrets: ReadonlySet<string>): unknown {
  const exact = new Set([...secrets].flatMap((secret) => [secret, Buffer.from(secret).toString('base64')]));
  const inside = [...exact].filter(({ length }) => length >= MIN_INSIDE_LENGTH).sort((a, b) => b.length - a.length);
  const walk = (part: unknown): unknown => {
    if (typeof part === 'string') {
      if (exact.has(part)) return REDACTED;
      return inside.reduce((text, secret) => (text.includes(secret) ? text.replaceAll(secret, REDACTED) : text), part);
    }
    if (Array.isArray(part)) return part.map(walk);
    if (part === null || typeof part !== 'object') return part;
    return Object.fromEntries(Object.entries(part).map(([key, field]) => [key, walk(field)]));
  };
  return walk(value);
}

/** Texts that stand where the redacted copy has none. */
export function collect(raw: unknown, redacted: unknown, found: Set<string>): void {
  if (redacted === REDACTED && raw !== REDACTED) texts(raw, found);
  else if (raw !== null && typeof raw === 'object' && redacted !== null && typeof redacted === 'object')
    for (const [key, part] of Object.entries(raw)) collect(part, (redacted as Record<string, unknown>)[key], found);
}

function texts(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') found.add(value);
  else if (value !== null && typeof value === 'object') for (const part of Object.values(value)) texts(part, found);
}
