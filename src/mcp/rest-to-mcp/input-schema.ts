/** JSON schema of a tool's arguments, as `tools/list` shows it. */
import type { JsonObject } from '../jsonrpc/message.ts';
import type { Tool } from '../protocol/types.ts';
import type { RestArgument, RestTool } from './document.ts';

export function describeTool({ name, description, args, outputSchema }: RestTool): Tool {
  return {
    name,
    description,
    inputSchema: inputSchema(args),
    ...(outputSchema === undefined ? {} : { outputSchema }),
  };
}

function inputSchema(args: readonly RestArgument[]): JsonObject {
  const required = args.filter((one) => one.required).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(args.map((one) => [one.name, property(one)])),
    ...(required.length === 0 ? {} : { required }),
  };
}

function property({ description, type, enum: values, default: fallback, items, properties }: RestArgument): JsonObject {
  return {
    description,
    type,
    ...(values === undefined ? {} : { enum: values }),
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(type === 'array' && items !== undefined ? { items } : {}),
    ...(type === 'object' && properties !== undefined ? { properties } : {}),
  };
}
