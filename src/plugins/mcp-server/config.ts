import { z } from 'zod';
import { withoutNulls } from '#lib/without-nulls.ts';
import { type RestServerDocument, serverKeys, toolSchema } from '#mcp/rest-to-mcp/document.ts';
import { compileTools } from '#mcp/rest-to-mcp/server.ts';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { parseConfig } from '#plugin-sdk/parse-config.ts';

const names = z.array(z.string());

const server = z.looseObject({
  name: z.string().min(1, 'must not be empty').describe('Name of the server, as clients see it. Required.'),
  type: z.string().default('rest').describe('rest; mcp-proxy is not supported yet.'),
  allowTools: names.optional().describe('As the key of the same name outside.'),
  ...serverKeys,
});

/** One scope as people write it. A rule replaces the default part. */
const scope = z.looseObject({
  server: server.optional().describe('The server. Required wherever the plugin is in force.'),
  tools: z.array(toolSchema).default([]).describe('REST calls as tools.'),
  allowTools: names.optional().describe('The tools that are listed and can be called. Default and []: all.'),
  toolSet: z.unknown().optional().describe('Tools of several servers under one name. Not supported yet.'),
});

/** Keys without a value (`args:` in YAML) are keys that are not there. */
export const schema = z.preprocess((value) => withoutNulls(value), scope);

/** Undefined where nothing is written: a default part `{}` beside rules is usual. */
export function effectiveConfig(global: unknown, rule: unknown): RestServerDocument | undefined {
  const written = rule ?? global;
  if (written === undefined || written === null || isEmpty(written)) return undefined;
  const { server: wanted, tools, toolSet, allowTools } = parseConfig(schema, written);
  if (toolSet !== undefined) {
    throw new PluginConfigError('toolSet', 'is not supported yet', 'write the tools themselves under `tools`');
  }
  if (wanted === undefined) throw new PluginConfigError('server', 'is missing', 'write server.name and tools');
  if (wanted.type !== 'rest') {
    throw new PluginConfigError('server.type', `"${wanted.type}" is not supported yet`, 'the only type is rest');
  }
  if (tools.length === 0) {
    const hint = 'servers made of code (such as amap-tools and quark-search) are not built in yet';
    throw new PluginConfigError('tools', `server "${wanted.name}" has no tools`, hint);
  }
  const document: RestServerDocument = {
    name: wanted.name,
    config: wanted.config ?? null,
    securitySchemes: wanted.securitySchemes,
    defaultDownstreamSecurity: wanted.defaultDownstreamSecurity,
    defaultUpstreamSecurity: wanted.defaultUpstreamSecurity,
    passthroughAuthHeader: wanted.passthroughAuthHeader,
    tools,
    allowTools: narrowest(allowTools, wanted.allowTools),
  };
  compileTools(document);
  return document;
}

/** Empty lists allow everything, as users of the reference know it. */
function narrowest(...lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const meant = lists.filter((list) => list !== undefined && list.length > 0) as (readonly string[])[];
  const [first, ...others] = meant;
  return first?.filter((name) => others.every((list) => list.includes(name)));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
