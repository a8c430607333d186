/** Reads the templates of a tool, once per configuration. */
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import type { Tool } from '../protocol/types.ts';
import { parseTemplate, type Template, TemplateSyntaxError } from '../template/template.ts';
import type { RestTool } from './document.ts';
import { describeTool } from './input-schema.ts';

export interface CompiledTool {
  readonly document: RestTool;
  readonly described: Tool;
  /** Absent: the tool answers by itself. */
  readonly url: Template | undefined;
  /** Names in lower case. */
  readonly headers: readonly { readonly name: string; readonly value: Template }[];
  readonly body: Template | undefined;
  readonly response: Template | undefined;
  readonly errorResponse: Template | undefined;
}

/** Throws PluginConfigError below `path` for a template that cannot be read. */
export function compileTool(document: RestTool, path: string): CompiledTool {
  const { requestTemplate: request, responseTemplate: response } = document;
  const read = (source: string, key: string): Template => {
    try {
      return parseTemplate(source);
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error;
      throw new PluginConfigError(`${path}.${key}`, `tool "${document.name}": ${error.message}`);
    }
  };
  const optional = (source: string, key: string) => (source === '' ? undefined : read(source, key));
  return {
    document,
    described: describeTool(document),
    url: optional(request.url, 'requestTemplate.url'),
    headers: request.headers.flatMap(({ key, value }, index) =>
      key === '' ? [] : [{ name: key.toLowerCase(), value: read(value, `requestTemplate.headers.${index}.value`) }],
    ),
    body: optional(request.body, 'requestTemplate.body'),
    response: optional(response.body, 'responseTemplate.body'),
    errorResponse: optional(document.errorResponseTemplate, 'errorResponseTemplate'),
  };
}
