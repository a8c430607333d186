/** Which resources of an answer a NACK is about, as far as Envoy's text tells. */
import type { ResourceType } from '#xds/snapshot/resources.ts';

/** Envoy applies listeners and clusters one by one and names the bad ones: `Error adding/updating listener(s) NAME: REASON, NAME: REASON`. */
const ONE_BY_ONE = /Error adding\/updating (?:listener|cluster)\(s\) (?<reasons>[\s\S]*)/;

/**
 * The refused ones out of `names`; undefined when the text does not tell. The types other than listeners and clusters are refused as a
 * whole and without a dependable name, so there only an answer with a single resource is clear.
 */
export function culpritsOf(type: ResourceType, detail: string, names: readonly string[]): string[] | undefined {
  if (names.length <= 1) return [...names];
  if (type !== 'listener' && type !== 'cluster') return undefined;
  const reasons = ONE_BY_ONE.exec(detail)?.groups?.reasons;
  if (reasons === undefined) return undefined;
  const found = names.filter((name) =>
    ['', ', ', '\n'].some((before) =>
      before === '' ? reasons.startsWith(`${name}: `) : reasons.includes(`${before}${name}: `),
    ),
  );
  return found.length > 0 ? found : undefined;
}

/** The part of a NACK text that is about one resource. */
export function detailOf(name: string, detail: string, names: readonly string[]): string {
  const reasons = ONE_BY_ONE.exec(detail)?.groups?.reasons;
  const start = reasons?.indexOf(`${name}: `) ?? -1;
  if (reasons === undefined || start < 0) return detail;
  const rest = reasons.slice(start + name.length + 2);
  const ends = names
    .filter((other) => other !== name)
    .map((other) => rest.search(new RegExp(`(, |\\n)${escapePattern(other)}: `)));
  const end = Math.min(...ends.filter((at) => at >= 0), rest.length);
  return rest.slice(0, end);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
