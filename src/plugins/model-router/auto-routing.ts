/** `higress/auto`: the model is chosen by what the user writes. */
import { RE2JS } from 're2js';
import { getPath } from '#lib/gjson.ts';
import type { AutoRouting } from './config.ts';

export const AUTO_MODEL = 'higress/auto';
export const AUTO_HEADER = 'x-higress-llm-model';

/** Chooses by the parsed request body; undefined when nothing fits and there is no default. Patterns that RE2 refuses are left out. */
export function autoRouter(auto: AutoRouting): (body: unknown) => string | undefined {
  const rules = auto.rules.flatMap(({ pattern, model }) => {
    try {
      return [{ pattern: RE2JS.compile(pattern), model }];
    } catch {
      return [];
    }
  });
  return (body) => {
    const text = lastUserText(body);
    const hit = text === undefined ? undefined : rules.find(({ pattern }) => pattern.matcher(text).find());
    return (hit?.model ?? auto.defaultModel) || undefined;
  };
}

function lastUserText(body: unknown): string | undefined {
  const content = getPath(body, 'messages.@reverse.#(role=="user").content');
  if (typeof content === 'string') return content;
  const parts = getPath(content, '#(type=="text")#.text');
  return Array.isArray(parts) ? parts.filter((part) => typeof part === 'string').at(-1) : undefined;
}
