/** OpenAI chat request to Hunyuan's signed interface, where every name begins with a capital. */
import { asArray, asObject, asString, compact, type JsonObject, objectsOf } from '../../json.ts';
import { textOf } from '../chat-text.ts';

export function toHunyuan(body: JsonObject): JsonObject {
  return compact({
    Model: body.model,
    Messages: objectsOf(body.messages).map(messageOf),
    Stream: body.stream === true,
    TopP: body.top_p ?? undefined,
    Temperature: body.temperature ?? undefined,
    Seed: body.seed ?? undefined,
    Stop: typeof body.stop === 'string' ? [body.stop] : asArray(body.stop),
    ...toolsOf(body),
  });
}

function messageOf({ role, content, tool_calls, tool_call_id }: JsonObject): JsonObject {
  const calls = objectsOf(tool_calls).map((call) => {
    const called = asObject(call.function);
    return {
      Id: call.id,
      Type: 'function',
      Function: { Name: called?.name, Arguments: asString(called?.arguments) ?? '{}' },
    };
  });
  return compact({
    Role: role,
    ...contentOf(content),
    ToolCalls: calls.length > 0 ? calls : undefined,
    ToolCallId: asString(tool_call_id),
  });
}

/** Texts alone stand in `Content`; with pictures among them all parts stand in `Contents`. */
function contentOf(content: unknown): JsonObject {
  const parts = objectsOf(content);
  if (!parts.some(({ type }) => type === 'image_url')) return { Content: textOf(content) };
  return {
    Contents: parts.map((part) =>
      part.type === 'image_url'
        ? { Type: 'image_url', ImageUrl: { Url: asString(asObject(part.image_url)?.url) ?? asString(part.image_url) } }
        : { Type: 'text', Text: asString(part.text) ?? '' },
    ),
  };
}

/** Schemas go as JSON texts. The vendor can be bound to one function or left free; `required` means free. */
function toolsOf(body: JsonObject): JsonObject {
  const tools = objectsOf(body.tools).flatMap((tool) => {
    const described = asObject(tool.function);
    return described
      ? [
          {
            Type: 'function',
            Function: compact({
              Name: described.name,
              Description: asString(described.description),
              Parameters: JSON.stringify(described.parameters ?? { type: 'object', properties: {} }),
            }),
          },
        ]
      : [];
  });
  if (tools.length === 0) return {};
  const choice = body.tool_choice;
  if (typeof choice === 'string') return { Tools: tools, ToolChoice: choice === 'none' ? 'none' : 'auto' };
  const name = asString(asObject(asObject(choice)?.function)?.name);
  const chosen = tools.find((tool) => tool.Function.Name === name);
  return chosen ? { Tools: tools, ToolChoice: 'custom', CustomTool: chosen } : { Tools: tools };
}
