/** Access by client address. */
import type { IpAccessPolicy } from '#ir/types.ts';
import { parseCidr } from '#lib/cidr.ts';
import type { AnnotationReader, KnownNames } from './value.ts';

export const IP_ACCESS_NAMES: KnownNames = {
  'whitelist-source-range': 'both',
  'allowlist-source-range': 'both',
  'denylist-source-range': 'both',
};

/** A list of which no entry is valid lets nobody in (`allow`) or keeps nobody out (`deny`): a slip never opens a route. */
export function parseIpAccess(reader: AnnotationReader): IpAccessPolicy | undefined {
  const allow = ranges(reader, 'whitelist-source-range') ?? ranges(reader, 'allowlist-source-range');
  const deny = ranges(reader, 'denylist-source-range');
  const everyone = allow?.includes('*') === true;
  const kept = everyone ? undefined : allow;
  if (kept === undefined && (deny === undefined || deny.length === 0)) return undefined;
  return { ...(kept === undefined ? {} : { allow: kept }), ...(deny === undefined ? {} : { deny }) };
}

/** A list of the nginx prefix without any valid entry falls through to the higress one. */
function ranges(reader: AnnotationReader, name: string): readonly string[] | undefined {
  if (!reader.has(name)) return undefined;
  const deny = name.startsWith('deny');
  const found = reader.get(name, (text, key) => {
    const entries = text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    const valid = entries.filter((entry) => entry === '*' || parseCidr(entry) !== undefined);
    const wrong = entries.filter((entry) => !valid.includes(entry));
    const allowed = 'a comma list of addresses and blocks such as 10.0.0.0/8, or *';
    if (valid.length === 0) return { allowed, consequence: 'works without this list' };
    if (wrong.length > 0) reader.invalid(key, wrong.join(','), allowed, 'works as if these were not listed');
    return { value: valid };
  });
  if (found !== undefined) return found;
  if (!deny) {
    reader.report(reader.key(name)!, 'AccessClosed', `${name} has no valid entry: nobody is let in`, {
      hint: 'mend the list, or remove the annotation to let everybody in',
    });
  }
  return [];
}
