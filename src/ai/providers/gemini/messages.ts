/** OpenAI messages to Gemini contents. Results of tools stand in one turn behind the turn that called them, as Gemini demands. */
import { asObject, asString, compact, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import type { Dialect } from './dialect.ts';
import { type FetchedImages, partsOf, textOf } from './parts.ts';

export interface Content {
  readonly role: 'user' | 'model';
  readonly parts: JsonObject[];
}

/** Gemini 3 refuses a history whose function calls come without its signature; this value is documented for calls that it never made. */
const NO_SIGNATURE = 'skip_thought_signature_validator';
const WANTS_SIGNATURE = /^gemini-(?:[3-9]|\d\d)/;

/** Ids that OpenAI or this gateway made up mean nothing to Gemini. */
const FOREIGN_ID = /^(?:call_|toolu_|$)/;

export function systemText(messages: readonly JsonObject[]): string {
  return messages
    .filter(isSystem)
    .map((message) => textOf(message.content))
    .filter((text) => text !== '')
    .join('\n\n');
}

export function contentsOf(
  messages: readonly JsonObject[],
  model: string,
  dialect: Dialect,
  fetched: FetchedImages,
): readonly Content[] {
  const contents: Content[] = [];
  const names = new Map<string, string>();
  let lastCalled = '';
  let results: JsonObject[] | undefined;
  for (const message of messages) {
    if (isSystem(message)) continue;
    if (message.role === 'tool' || message.role === 'function') {
      const id = asString(message.tool_call_id) ?? '';
      const name = names.get(id) ?? asString(message.name) ?? lastCalled;
      if (!results) {
        results = [];
        contents.push({ role: 'user', parts: results });
      }
      results.push(functionResponse(name, id, message, dialect));
      continue;
    }
    results = undefined;
    if (message.role !== 'assistant') {
      contents.push({ role: 'user', parts: [...partsOf(message.content, fetched)] });
      continue;
    }
    const calls = objectsOf(message.tool_calls);
    for (const call of calls) {
      lastCalled = asString(asObject(call.function)?.name) ?? '';
      names.set(asString(call.id) ?? '', lastCalled);
    }
    const parts = modelParts(message, calls, model, dialect, fetched);
    if (parts.length > 0) contents.push({ role: 'model', parts });
  }
  return contents;
}

function isSystem(message: JsonObject): boolean {
  return message.role === 'system' || message.role === 'developer';
}

function modelParts(
  message: JsonObject,
  calls: readonly JsonObject[],
  model: string,
  dialect: Dialect,
  fetched: FetchedImages,
): JsonObject[] {
  const said = partsOf(message.content, fetched).filter((part) => calls.length === 0 || part.text !== '');
  const called = calls.map((call, index) => {
    const { name, arguments: written } = asObject(call.function) ?? {};
    const id = asString(call.id) ?? '';
    const google = asObject(asObject(call.extra_content)?.google);
    const signature =
      asString(google?.thought_signature) ?? (index === 0 && WANTS_SIGNATURE.test(model) ? NO_SIGNATURE : undefined);
    return compact({
      functionCall: {
        ...(dialect.callIds && !FOREIGN_ID.test(id) ? { id } : {}),
        name: asString(name) ?? '',
        args: parseObject(asString(written) ?? '') ?? {},
      },
      thoughtSignature: signature,
    });
  });
  return [...said, ...called];
}

function functionResponse(name: string, id: string, message: JsonObject, dialect: Dialect): JsonObject {
  return {
    functionResponse: {
      ...(dialect.callIds && !FOREIGN_ID.test(id) ? { id } : {}),
      name,
      response: { output: textOf(message.content) },
    },
  };
}
