/** OpenAI chat to Qwen's native request. */
import { asArray, asNumber, asObject, asString, compact, type JsonObject, objectsOf } from '../../json.ts';
import type { ProviderSettings } from '../settings.ts';
import { addFileIds } from './file-ids.ts';

/** The native interface refuses 0 and 1. */
const [LEAST_TOP_P, MOST_TOP_P] = [0.000001, 0.999999];

export interface QwenRequest {
  readonly body: JsonObject;
  /** The stream will repeat what it said before in every event. */
  readonly cumulative: boolean;
}

export function isMultimodal(model: string): boolean {
  return model.startsWith('qwen-vl');
}

export function toQwen(
  body: JsonObject,
  settings: Pick<ProviderSettings, 'qwenEnableSearch' | 'qwenFileIds'>,
): QwenRequest {
  const model = asString(body.model) ?? '';
  const tools = asArray(body.tools)?.length ? body.tools : undefined;
  const stream = body.stream === true;
  const messages = addFileIds(objectsOf(body.messages), model, settings.qwenFileIds);
  const topP = asNumber(body.top_p);
  return {
    cumulative: stream && tools !== undefined,
    body: {
      model,
      input: { messages: messages.map((message) => messageOf(message, isMultimodal(model))) },
      parameters: compact({
        result_format: 'message',
        max_tokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
        n: body.n ?? undefined,
        seed: body.seed ?? undefined,
        temperature: body.temperature ?? undefined,
        top_p: Math.min(Math.max(topP ?? LEAST_TOP_P, LEAST_TOP_P), MOST_TOP_P),
        stop: body.stop ?? undefined,
        tools,
        tool_choice: tools && (body.tool_choice ?? undefined),
        enable_search: settings.qwenEnableSearch,
        incremental_output: stream && !tools ? true : undefined,
      }),
    },
  };
}

function messageOf({ name, role, content, tool_calls, tool_call_id }: JsonObject, multimodal: boolean): JsonObject {
  return compact({
    name: name ?? undefined,
    role,
    content: contentOf(content, multimodal),
    tool_calls: tool_calls ?? undefined,
    tool_call_id: tool_call_id ?? undefined,
  });
}

function contentOf(content: unknown, multimodal: boolean): unknown {
  if (!Array.isArray(content)) return multimodal ? [{ text: asString(content) ?? '' }] : (content ?? '');
  return objectsOf(content).flatMap((part): readonly JsonObject[] => {
    if (part.type === 'text') return [{ text: part.text }];
    const image = asString(asObject(part.image_url)?.url) ?? asString(part.image_url);
    return part.type === 'image_url' && image !== undefined ? [{ image }] : [];
  });
}
