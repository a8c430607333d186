/** What one candidate of Gemini's says, in a whole answer or in one event of a stream. */
import { asNumber, asObject, asString, type JsonObject, objectsOf } from '../../json.ts';
import type { ToolCall } from '../../openai.ts';

export interface Said {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly ToolCall[];
  readonly images: readonly { readonly mimeType: string; readonly data: string }[];
}

/** `firstCall`: number of the first tool call; `newId` names calls that the vendor did not. */
export function readCandidate(candidate: JsonObject, firstCall: number, newId: () => string): Said {
  let text = '';
  let thoughts = '';
  const calls: ToolCall[] = [];
  const images: { mimeType: string; data: string }[] = [];
  for (const part of objectsOf(asObject(candidate.content)?.parts)) {
    const written = asString(part.text);
    const inline = asObject(part.inlineData);
    const call = asObject(part.functionCall);
    if (written !== undefined) {
      if (part.thought === true) thoughts += written;
      else text += written;
    } else if (inline) {
      images.push({ mimeType: asString(inline.mimeType) ?? '', data: asString(inline.data) ?? '' });
    } else if (call) calls.push(toolCall(call, part, firstCall + calls.length, newId));
    else text += codeText(part);
  }
  return { text, thoughts, calls, images };
}

/** The signature comes back with the call: Gemini 3 wants it in the next request. */
function toolCall(call: JsonObject, part: JsonObject, index: number, newId: () => string): ToolCall {
  const signature = asString(part.thoughtSignature);
  return {
    index,
    id: asString(call.id) ?? `call_${newId()}`,
    type: 'function',
    function: { name: asString(call.name) ?? '', arguments: JSON.stringify(asObject(call.args) ?? {}) },
    ...(signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } }),
  };
}

/** Code that the vendor ran itself, and what it printed. */
function codeText(part: JsonObject): string {
  const code = asObject(part.executableCode);
  if (code) return `\n\`\`\`${asString(code.language)?.toLowerCase() ?? ''}\n${asString(code.code) ?? ''}\n\`\`\`\n`;
  const result = asString(asObject(part.codeExecutionResult)?.output);
  return result === undefined ? '' : `\n\`\`\`\n${result}\n\`\`\`\n`;
}

/** The content of pictures without words is their data; beside words they only stand in `images`. */
export function contentOf({ text, images }: Said): string {
  return text === '' ? images.map(({ data }) => data).join('') : text;
}

export function imageMembers(images: Said['images']): {
  readonly images?: readonly { readonly type: 'image_url'; readonly image_url: { readonly url: string } }[];
} {
  if (images.length === 0) return {};
  return {
    images: images.map(({ mimeType, data }) => ({
      type: 'image_url',
      image_url: { url: `data:${mimeType};base64,${data}` },
    })),
  };
}

/** Null while the candidate goes on. */
export function finishReason(reason: unknown, hasCalls: boolean): string | null {
  switch (reason) {
    case undefined:
    case null:
      return null;
    case 'STOP':
    case 'FINISH_REASON_UNSPECIFIED':
      return hasCalls ? 'tool_calls' : 'stop';
    case 'MAX_TOKENS':
      return 'length';
    default:
      return 'content_filter';
  }
}

/** Why the prompt itself was refused; undefined when it was not. */
export function blockReason(answer: JsonObject): string | undefined {
  const feedback = asObject(answer.promptFeedback);
  const reason = asString(feedback?.blockReason);
  if (reason === undefined) return undefined;
  return asString(feedback?.blockReasonMessage) ?? `the vendor blocked the prompt: ${reason}`;
}

/** OpenAI's form of the log probabilities; null when the candidate tells none. */
export function logprobsOf(candidate: JsonObject): object | null {
  const result = asObject(candidate.logprobsResult);
  const chosen = objectsOf(result?.chosenCandidates);
  if (chosen.length === 0) return null;
  const top = objectsOf(result?.topCandidates);
  const entry = (source: JsonObject) => {
    const token = asString(source.token) ?? '';
    return { token, logprob: asNumber(source.logProbability) ?? 0, bytes: [...Buffer.from(token, 'utf8')] };
  };
  const content = chosen.map((source, index) => ({
    ...entry(source),
    top_logprobs: objectsOf(top[index]?.candidates).map(entry),
  }));
  return { content, refusal: null };
}
