/** `promoteThinkingOnEmpty`: an answer whose text is empty shows its reasoning as the text. */
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { asObject, asString, type JsonObject, objectsOf, parseObject } from './json.ts';
import { isDone, jsonEvent } from './openai.ts';
import type { StreamStep } from './stream.ts';

export function promoteThinking(completion: JsonObject): JsonObject {
  const choices = objectsOf(completion.choices).map((choice) => {
    const message = asObject(choice.message);
    const reasoning = asString(message?.reasoning_content);
    if (!message || !reasoning || asString(message.content)?.trim() || message.tool_calls !== undefined) return choice;
    const { reasoning_content: _promoted, ...rest } = message;
    return { ...choice, message: { ...rest, content: reasoning } };
  });
  return { ...completion, choices };
}

/** Withholds reasoning until there is text; a stream that ends without any sends the reasoning as text, before its finish chunk. */
export function promoteThinkingStep(): StreamStep {
  let withheld = '';
  let hasContent = false;
  let template: JsonObject | undefined;
  const flush = (): readonly SseEvent[] => {
    if (hasContent || withheld === '') return [];
    const choices = [{ index: 0, delta: { content: withheld }, finish_reason: null, logprobs: null }];
    withheld = '';
    return [jsonEvent({ ...template, choices, usage: null })];
  };
  return {
    next(event) {
      if (event.data === undefined) return [event];
      if (isDone(event)) return [...flush(), event];
      const chunk = parseObject(event.data);
      const choice = objectsOf(chunk?.choices)[0];
      const delta = asObject(choice?.delta);
      if (!chunk || !choice || !delta || hasContent) return [event];
      template = chunk;
      const reasoning = asString(delta.reasoning_content) ?? '';
      if (asString(delta.content)?.trim() || delta.tool_calls !== undefined) {
        hasContent = true;
        const { reasoning_content: _own, ...rest } = delta;
        const all = withheld + reasoning;
        withheld = '';
        const shown = all === '' ? rest : { ...rest, reasoning_content: all };
        return [{ ...event, data: JSON.stringify({ ...chunk, choices: [{ ...choice, delta: shown }] }) }];
      }
      withheld += reasoning;
      if (choice.finish_reason) return [...flush(), event];
      if (reasoning === '') return [event];
      return [];
    },
    end: flush,
  };
}
