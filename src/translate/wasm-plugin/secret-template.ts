/** `${secret.NAME.KEY}` and `${secret.NAMESPACE/NAME.KEY}` in the texts of a configuration. */
import { isRecord, join } from '#model/parse.ts';

/** NAME has no dot, KEY may have dots. */
const TEMPLATE = /\$\{secret\.(?:([^./{}]+)\/)?([^./{}]+)\.([^{}]+)\}/g;

export interface SecretReference {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

export interface MissingSecret extends SecretReference {
  /** Field path of the text that names it. */
  readonly path: string;
}

export interface Substituted<T> {
  readonly value: T;
  readonly missing: readonly MissingSecret[];
}

/**
 * Replaces templates inside text values, after parsing, so that no secret can break out of its text. Keys are left alone. Values without templates keep their
 * identity. `lookup` returns undefined for what is missing or not allowed.
 */
export function substituteSecrets<T>(
  value: T,
  path: string,
  defaultNamespace: string,
  lookup: (reference: SecretReference) => string | undefined,
): Substituted<T> {
  const missing: MissingSecret[] = [];
  const walk = (at: unknown, where: string): unknown => {
    if (typeof at === 'string') {
      if (!at.includes('${secret.')) return at;
      return at.replace(TEMPLATE, (template, namespace: string | undefined, name: string, key: string) => {
        const reference = { namespace: namespace ?? defaultNamespace, name, key };
        const text = lookup(reference);
        if (text === undefined) missing.push({ ...reference, path: where });
        return text ?? template;
      });
    }
    if (Array.isArray(at)) {
      const items = at.map((item, index) => walk(item, join(where, index)));
      return items.some((item, index) => item !== at[index]) ? items : at;
    }
    if (!isRecord(at)) return at;
    const entries = Object.entries(at).map(([key, field]) => [key, walk(field, join(where, key))] as const);
    return entries.some(([key, field]) => field !== at[key]) ? Object.fromEntries(entries) : at;
  };
  return { value: walk(value, path) as T, missing };
}
