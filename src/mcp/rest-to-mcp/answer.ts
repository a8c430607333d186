/** What the answer of a backend says to the client of a tool. */
import { editJsonText, toJsonText } from '#lib/json-text.ts';
import type { HttpAnswer } from '#plugin-sdk/host.ts';
import { parseJson } from '../jsonrpc/json.ts';
import { isObject, type JsonObject } from '../jsonrpc/message.ts';
import { type CallToolResult, textResult } from '../protocol/types.ts';
import { type TemplateEnvironment, TemplateError } from '../template/template.ts';
import type { CompiledTool } from './compile.ts';

const SUCCESS = 'success';

export function mapAnswer(
  tool: CompiledTool,
  answer: HttpAnswer,
  environment: Partial<TemplateEnvironment>,
): CallToolResult {
  return answer.status >= 200 && answer.status < 300
    ? mapSuccess(tool, answer, environment)
    : mapFailure(tool, answer, environment);
}

/** For tools without a call: the text that the response template made. */
export function mapDirect(tool: CompiledTool, text: string): CallToolResult {
  return { ...textResult(text), ...structured(tool, text) };
}

function mapSuccess(
  tool: CompiledTool,
  { headers, body }: HttpAnswer,
  environment: Partial<TemplateEnvironment>,
): CallToolResult {
  // Also when a template could say something about nothing: 204 has no JSON to show it.
  if (body.length === 0) return textResult(SUCCESS);
  const mimeType = headers['content-type'] ?? '';
  if (/^\s*image\//i.test(mimeType)) {
    return { content: [{ type: 'image', data: body.toString('base64'), mimeType: mimeType.trim() }], isError: false };
  }
  const text = body.toString('utf8');
  const { prependBody, appendBody } = tool.document.responseTemplate;
  try {
    const shown = tool.response?.render(text, environment) ?? prependBody + text + appendBody;
    return { ...textResult(shown === '' ? SUCCESS : shown), ...structured(tool, text) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return textResult(`error executing response template: ${error.message}`, true);
  }
}

function mapFailure(tool: CompiledTool, answer: HttpAnswer, environment: Partial<TemplateEnvironment>): CallToolResult {
  const text = answer.body.toString('utf8');
  try {
    const shown = tool.errorResponse?.render(errorData(answer), environment) ?? '';
    return textResult(shown === '' ? `call failed, status: ${answer.status}, response: ${text}` : shown, true);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return textResult(`error executing error response template: ${error.message}`, true);
  }
}

/** The body with member `_headers`; an array as it is; `_headers` alone for anything else. */
function errorData({ status, headers, body }: HttpAnswer): string {
  const bytes = body.toString('latin1');
  const all = toJsonText({ ':status': String(status), ...headers });
  if (isArray(bytes)) return body.toString('utf8');
  const data = editJsonText(bytes, ['_headers'], all) ?? `{"_headers":${all}}`;
  return Buffer.from(data, 'latin1').toString('utf8');
}

function isArray(bytes: string): boolean {
  return /^\s*\[/.test(bytes) && Array.isArray(jsonOf(bytes));
}

/** MCP takes objects only. */
function structured(tool: CompiledTool, text: string): { readonly structuredContent?: JsonObject } {
  if (tool.document.outputSchema === undefined) return {};
  const value = jsonOf(text);
  return isObject(value) ? { structuredContent: value } : {};
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
