/** `customSettings` of a provider: values that the operator sets in request bodies. */
import type { BodyEditor } from './body-editor.ts';
import { asObject, type JsonObject } from './json.ts';

export interface CustomSetting {
  readonly name: string;
  readonly value: unknown;
  readonly mode: 'auto' | 'raw';
  readonly overwrite: boolean;
}

/** Names that `auto` may use, per protocol. A setting that a protocol does not know is left out. */
const AUTO_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  openai: { max_tokens: 'max_tokens', temperature: 'temperature', top_p: 'top_p', seed: 'seed' },
  baidu: { max_tokens: 'max_output_tokens', temperature: 'temperature', top_p: 'top_p' },
  spark: { max_tokens: 'max_tokens', temperature: 'temperature', top_k: 'top_k' },
  qwen: { max_tokens: 'max_tokens', temperature: 'temperature', top_p: 'top_p', top_k: 'top_k', seed: 'seed' },
  gemini: { max_tokens: 'maxOutputTokens', temperature: 'temperature', top_p: 'topP', top_k: 'topK' },
  hunyuan: { temperature: 'Temperature', top_p: 'TopP' },
  claude: { max_tokens: 'max_tokens', temperature: 'temperature', top_p: 'top_p', top_k: 'top_k' },
  minimax: { max_tokens: 'tokens_to_generate', temperature: 'temperature', top_p: 'top_p' },
};

/** `protocol`: `openai`, or the type's name when the original protocol is spoken. */
export function applyCustomSettings(body: BodyEditor, settings: readonly CustomSetting[], protocol: string): void {
  for (const setting of settings) {
    const name = setting.mode === 'raw' ? setting.name : AUTO_NAMES[protocol]?.[setting.name];
    if (name === undefined) continue;
    setPath(body, [...placeOf(protocol, body.value), ...name.split('.')], setting.value, setting.overwrite);
  }
}

/** Gemini reads both spellings of its member; a body with both would be refused. */
function placeOf(protocol: string, body: Readonly<JsonObject>): readonly string[] {
  if (protocol === 'qwen') return ['parameters'];
  if (protocol !== 'gemini') return [];
  return ['generationConfig' in body ? 'generationConfig' : 'generation_config'];
}

function setPath(body: BodyEditor, path: readonly string[], value: unknown, overwrite: boolean): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    if (overwrite || !(first in body.value)) body.set(first, value);
    return;
  }
  const changed = withPath(body.value[first], rest, value, overwrite);
  if (changed !== undefined) body.set(first, changed);
}

/** The value with one member set, or undefined when it stays as it is. Numeric steps index arrays. */
function withPath(target: unknown, path: readonly string[], value: unknown, overwrite: boolean): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return overwrite || target === undefined ? value : undefined;
  if (Array.isArray(target)) {
    const index = first === '-1' ? target.length : Number(first);
    if (!Number.isInteger(index) || index < 0 || index > target.length) return undefined;
    const changed = withPath(target[index], rest, value, overwrite);
    return changed === undefined ? undefined : target.toSpliced(index, 1, changed);
  }
  const object: JsonObject = asObject(target) ?? {};
  const changed = withPath(object[first], rest, value, overwrite);
  return changed === undefined ? undefined : { ...object, [first]: changed };
}
