/** Blocks of Converse messages. */
import { asNumber, asObject, asString, compact, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { turnsOf } from '../../turns.ts';
import { TranslationError } from '../provider.ts';

export type Block = Readonly<JsonObject>;

export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: readonly Block[];
}

/** OpenAI messages without system ones. Bedrock refuses blank texts and turns without content: they are left out. */
export function conversation(messages: readonly JsonObject[]): readonly Turn[] {
  return turnsOf<Turn, Block>(messages, {
    results: (content) => ({ role: 'user', content }),
    result: toolResult,
    turn(message) {
      const role = message.role === 'assistant' ? 'assistant' : 'user';
      const content = [...blocksOf(message.content), ...(role === 'assistant' ? toolUses(message) : [])];
      return content.length > 0 ? { role, content } : undefined;
    },
  });
}

export function hasTools(turns: readonly Turn[]): boolean {
  return turns.some(({ content }) => content.some((block) => 'toolUse' in block || 'toolResult' in block));
}

export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((part) => asString(part.text) ?? '')
    .join('');
}

function toolResult(message: JsonObject): Block {
  const content = blocksOf(message.content);
  const toolUseId = asString(message.tool_call_id) ?? '';
  return { toolResult: { toolUseId, content: content.length > 0 ? content : [{ text: '' }] } };
}

function toolUses(message: JsonObject): readonly Block[] {
  return objectsOf(message.tool_calls).map((call) => {
    const called = asObject(call.function);
    const input = parseObject(asString(called?.arguments) ?? '') ?? {};
    return { toolUse: { toolUseId: asString(call.id) ?? '', name: asString(called?.name) ?? '', input } };
  });
}

function blocksOf(content: unknown): readonly Block[] {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }];
  let documents = 0;
  return objectsOf(content).flatMap((part) => {
    switch (part.type) {
      case 'text':
      case 'refusal': {
        const text = asString(part.text) ?? asString(part.refusal) ?? '';
        return text === '' ? [] : [{ text }];
      }
      case 'image_url':
        return [imageBlock(asString(asObject(part.image_url)?.url) ?? asString(part.image_url) ?? '')];
      case 'file':
        documents += 1;
        return [documentBlock(asObject(part.file) ?? {}, documents)];
      default:
        return [];
    }
  });
}

/** Bedrock takes pictures as bytes or from S3. */
function imageBlock(url: string): Block {
  if (url.startsWith('s3://')) {
    const ending = /\.(\w+)$/.exec(url)?.[1]?.toLowerCase() ?? 'png';
    return { image: { format: ending === 'jpg' ? 'jpeg' : ending, source: { s3Location: { uri: url } } } };
  }
  const data = dataUrl(url);
  const format = data && /^image\/([\w.+-]+)$/.exec(data.type)?.[1];
  if (!data || !format) {
    throw new TranslationError('image_url must be a data URL with base64 or an s3:// address for type bedrock', 400);
  }
  return { image: { format: format === 'jpg' ? 'jpeg' : format, source: { bytes: data.base64 } } };
}

const DOCUMENTS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
};

function documentBlock(file: JsonObject, number: number): Block {
  const data = dataUrl(asString(file.file_data) ?? '');
  const format = data && DOCUMENTS[data.type];
  if (!data || !format) throw new TranslationError('file must be a data URL of a document for type bedrock', 400);
  const name = documentName(asString(file.filename) ?? '') || `document ${number}`;
  return { document: { format, name, source: { bytes: data.base64 } } };
}

/** Bedrock allows letters, digits, single spaces, hyphens, parentheses and square brackets. */
function documentName(filename: string): string {
  return filename
    .replace(/\.\w+$/, '')
    .replaceAll(/[^\w\s()[\]-]|_/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function dataUrl(url: string): { readonly type: string; readonly base64: string } | undefined {
  const found = /^data:([^;,]+)(?:;[^,]*)?;base64,(.*)$/s.exec(url);
  return found ? { type: (found[1] ?? '').toLowerCase(), base64: found[2] ?? '' } : undefined;
}

/** `toolConfig`, or undefined. A history with tool calls needs the tools, whatever `tool_choice` says. */
export function toolConfig(body: JsonObject, turns: readonly Turn[]): JsonObject | undefined {
  const functions = objectsOf(body.tools)
    .map((tool) => asObject(tool.function))
    .filter((tool) => tool !== undefined);
  if (functions.length === 0 || (body.tool_choice === 'none' && !hasTools(turns))) return undefined;
  const tools = functions.map((tool) => ({
    toolSpec: compact({
      name: tool.name,
      description: asString(tool.description) || undefined,
      inputSchema: { json: tool.parameters ?? { type: 'object', properties: {} } },
    }),
  }));
  return compact({ tools, toolChoice: toolChoice(body.tool_choice) });
}

function toolChoice(choice: unknown): JsonObject | undefined {
  const name = asString(asObject(asObject(choice)?.function)?.name);
  if (name !== undefined) return { tool: { name } };
  if (choice === 'required') return { any: {} };
  return choice === 'auto' || choice === 'none' ? { auto: {} } : undefined;
}

/** `inferenceConfig`, or undefined when the request asks for nothing. */
export function inferenceConfig(body: JsonObject): JsonObject | undefined {
  const stop = typeof body.stop === 'string' ? [body.stop] : Array.isArray(body.stop) ? body.stop : undefined;
  const config = compact({
    maxTokens: asNumber(body.max_completion_tokens) ?? asNumber(body.max_tokens),
    temperature: asNumber(body.temperature),
    topP: asNumber(body.top_p),
    stopSequences: stop && stop.length > 0 ? stop : undefined,
  });
  return Object.keys(config).length > 0 ? config : undefined;
}
