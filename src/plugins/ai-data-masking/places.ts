/** The texts of a JSON body that the plugin looks at. */
import { exec } from 'jsonpath-rfc9535';
import { asArray, asObject, asString, type JsonObject } from '#ai/json.ts';

export interface Place {
  /** Member names and indexes from the root. */
  readonly path: readonly string[];
  readonly text: string;
}

/** Members of a chat message that are text. */
export const TEXT_MEMBERS = ['reasoning_content', 'content'] as const;
export type TextMember = (typeof TEXT_MEMBERS)[number];

/** `content` is a text or a list of parts, some of which are texts. */
export function messagePlaces(value: unknown, path: readonly string[]): readonly Place[] {
  const message = asObject(value) ?? {};
  return TEXT_MEMBERS.flatMap((member) => {
    const content = message[member];
    if (typeof content === 'string') return [{ path: [...path, member], text: content }];
    return (asArray(content) ?? []).flatMap((part, index) => {
      const text = asString(asObject(part)?.text);
      return text === undefined ? [] : [{ path: [...path, member, String(index), 'text'], text }];
    });
  });
}

/** The member when it is a text. */
export function textAt(object: JsonObject, member: string, path: readonly string[]): readonly Place[] {
  const text = object[member];
  return typeof text === 'string' ? [{ path: [...path, member], text }] : [];
}

/** Strings that the JSONPath expressions select, each once. */
export function selectedPlaces(document: unknown, expressions: readonly string[]): readonly Place[] {
  const found = new Map<string, Place>();
  for (const expression of expressions) {
    exec(document as Parameters<typeof exec>[0], expression, (value, at) => {
      if (typeof value !== 'string') return;
      const path = at.map(String);
      found.set(JSON.stringify(path), { path, text: value });
    });
  }
  return [...found.values()];
}

/** Why the expression is no JSONPath; undefined when it is. */
export function jsonPathError(expression: string): string | undefined {
  try {
    exec(null, expression, () => undefined);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
