/** A key of a ConfigMap that holds a map as YAML. */
import { parseYaml } from '#lib/yaml.ts';
import type { ConfigMap } from './config-map.ts';
import { describe, type Fields, isRecord, type Reporter } from './parse.ts';

/** Empty when the key is absent or says nothing; undefined, with the problem, when it cannot be read at all. `wasGood`: it could be read before. */
export function yamlKey(
  map: ConfigMap | undefined,
  key: string,
  wasGood: boolean,
  report: Reporter,
): Fields | undefined {
  const text = map?.data[key];
  if (text === undefined) return {};
  const path = `data.${key}`;
  const hint = `${wasGood ? 'what was last good is' : 'defaults are'} in force until it is mended`;
  const parsed = parseYaml(text);
  if (!parsed.ok) {
    report.error(path, `${path} is not YAML: line ${parsed.error.line}: ${parsed.error.message}`, { hint });
    return undefined;
  }
  if (parsed.value === null || parsed.value === undefined) return {};
  if (isRecord(parsed.value)) return parsed.value;
  report.error(path, `${path} must be a map, not ${describe(parsed.value)}`, { hint });
  return undefined;
}
