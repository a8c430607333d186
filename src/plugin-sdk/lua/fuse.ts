/**
 * Scripts of neighbouring plugins as one: a Lua filter costs a coroutine and its handles at every request, and a body read by several scripts is
 * taken from Envoy and given back once.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SecretText } from '#lib/secret.ts';
import { LUA_PARTS, partText } from './script.ts';

type Config = Readonly<Record<string, unknown>>;
type Source = string | SecretText;

let runner: string | undefined;

/** The configuration of one filter that does what these do in turn; undefined when they cannot be one. Requests run them first to last, responses last to first. */
export function fuseLua(configs: readonly Config[]): Config | undefined {
  const sources = configs.map(sourceOf);
  if (sources.some((source) => source === undefined)) return undefined;
  const texts = (sources as readonly Source[]).map((source) =>
    source instanceof SecretText ? source.reveal() : source,
  );
  // The parts of a response body can be read by one script only.
  if (texts.filter((text) => text.includes('bodyChunks')).length > 1) return undefined;
  runner ??= readFileSync(join(import.meta.dirname, 'runner.lua'), 'utf8');
  // One copy of what they share: less to load, and what one has found the next one finds at hand.
  const shared = LUA_PARTS.map(partText).filter((part) => texts.some((text) => text.includes(part)));
  const own = texts.map((text) => shared.reduce((rest, part) => rest.replace(part, ''), text));
  const blocks = own.map((text) => `do\n${text}\nadd_script(envoy_on_request, envoy_on_response)\nend`);
  const text = runner.replace('-- SCRIPTS', () =>
    ['envoy_on_request, envoy_on_response = nil, nil', ...shared, ...blocks].join('\n'),
  );
  const secret = sources.some((source) => source instanceof SecretText);
  return { ...configs[0], default_source_code: { inline_string: secret ? new SecretText(text) : text } };
}

/** The text, when the filter is one that `luaStep` made. */
function sourceOf(config: Config): Source | undefined {
  const { default_source_code: code, clear_route_cache: clear, shared_vm_id: vm, ...others } = config;
  const source = (code as { inline_string?: unknown } | undefined)?.inline_string;
  if (clear !== false || vm !== 'higress' || Object.keys(others).length > 0) return undefined;
  return typeof source === 'string' || source instanceof SecretText ? source : undefined;
}
