/** A REST API described as MCP tools: what people (and registries) write. Unknown keys are ignored. */
import { z } from 'zod';

const text = z.string();
/** YAML reads `code: 10` as a number where a text is meant. */
const scalar = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);
const jsonObject = z.record(z.string(), z.unknown());
const HTTP_TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export const POSITIONS = ['query', 'path', 'header', 'cookie', 'body'] as const;
export type Position = (typeof POSITIONS)[number];

const argument = z.object({
  name: text.min(1, 'must not be empty'),
  description: text.default(''),
  type: text.default('string').describe('string, number, integer, boolean, array or object.'),
  required: z.boolean().default(false).describe('Told to the client; calls without it are not refused.'),
  default: z.unknown().optional().describe('Taken when the call does not have the argument.'),
  enum: z.array(z.unknown()).optional(),
  items: jsonObject.optional().describe('JSON schema of the items of an array.'),
  properties: jsonObject.optional().describe('JSON schemas of the members of an object.'),
  position: text
    .transform((word) => POSITIONS.find((one) => one === word.toLowerCase()))
    .optional()
    .describe('query, path, header, cookie or body. Default: where argsTo… says, and in templates.'),
});

const header = z.object({
  key: text.default(''),
  value: scalar.default('').describe('Template.'),
});

const clientSecurity = z.object({
  id: text.default('').describe('Security scheme by which the client brings its credential.'),
  passthrough: z.boolean().default(false).describe('Use the credential of the client for the backend.'),
});

const backendSecurity = z.object({
  id: text.default('').describe('Security scheme of the backend.'),
  credential: scalar.optional().describe('In place of the defaultCredential of the scheme.'),
});

const requestTemplate = z.object({
  url: text
    .default('')
    .describe('Template. The call goes to the destination of the route; the host becomes its authority.'),
  method: text.default('GET').transform((word) => (word === '' ? 'GET' : word.toUpperCase())),
  headers: z.array(header).default([]),
  body: text.default('').describe('Template.'),
  argsToJsonBody: z.boolean().default(false),
  argsToUrlParam: z.boolean().default(false),
  argsToFormBody: z.boolean().default(false),
  security: backendSecurity.optional(),
});

const responseTemplate = z.object({
  body: text.default('').describe('Template over the JSON that the backend answered.'),
  prependBody: text.default(''),
  appendBody: text.default(''),
});

const tool = z
  .object({
    name: text.min(1, 'must not be empty'),
    description: text.default(''),
    args: z.array(argument).default([]),
    security: clientSecurity.optional(),
    requestTemplate: requestTemplate.prefault({}),
    responseTemplate: responseTemplate.prefault({}),
    errorResponseTemplate: text
      .default('')
      .describe('Template for answers outside 2xx; member _headers has the headers.'),
    outputSchema: jsonObject.optional().describe('JSON schema of the answer: adds structuredContent.'),
  })
  .superRefine((one, context) => {
    const refuse = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message: `${message} (tool "${one.name}")` });
    const { requestTemplate: request, responseTemplate: response } = one;
    const ways = (['argsToJsonBody', 'argsToUrlParam', 'argsToFormBody'] as const).filter((way) => request[way]);
    for (const way of ways.slice(1)) refuse(['requestTemplate', way], `must not be true together with ${ways[0]}`);
    if (response.body !== '' && (response.prependBody !== '' || response.appendBody !== '')) {
      refuse(['responseTemplate', 'body'], 'must not stand beside prependBody or appendBody');
    }
    if (request.url === '' && response.body === '') {
      refuse(['responseTemplate', 'body'], 'must be given for a tool without requestTemplate.url');
    }
    if (!HTTP_TOKEN.test(request.method)) refuse(['requestTemplate', 'method'], 'must be a method of HTTP');
    for (const [index, { key }] of request.headers.entries()) {
      if (key !== '' && !HTTP_TOKEN.test(key)) {
        refuse(['requestTemplate', 'headers', index, 'key'], `must be a name of a header, not "${key}"`);
      }
    }
    for (const [index, { name, position }] of one.args.entries()) {
      if ((position === 'header' || position === 'cookie') && !HTTP_TOKEN.test(name)) {
        refuse(['args', index, 'name'], `must be a name of a ${position}, not "${name}"`);
      }
    }
  });

const securityScheme = z
  .object({
    id: text.min(1, 'must not be empty'),
    type: z.enum(['http', 'apiKey']),
    scheme: text
      .transform((word) => word.toLowerCase())
      .pipe(z.enum(['bearer', 'basic']))
      .optional()
      .describe('type http: bearer or basic.'),
    in: z.enum(['header', 'query', 'cookie']).optional().describe('type apiKey.'),
    name: text.optional().describe('type apiKey: name of the header, query parameter or cookie.'),
    defaultCredential: scalar.optional(),
  })
  .transform((one, context): SecurityScheme => {
    const common = { id: one.id, defaultCredential: one.defaultCredential ?? '' };
    if (one.type === 'http') {
      if (one.scheme !== undefined) return { ...common, type: 'http', scheme: one.scheme };
      context.addIssue({ code: 'custom', path: ['scheme'], message: 'must be bearer or basic for type http' });
      return z.NEVER;
    }
    const { name = '' } = one;
    if (one.in !== undefined && (one.in === 'query' ? name !== '' : HTTP_TOKEN.test(name))) {
      return { ...common, type: 'apiKey', in: one.in, name };
    }
    const path = [one.in === undefined ? 'in' : 'name'];
    context.addIssue({ code: 'custom', path, message: `must be given for type apiKey (scheme "${one.id}")` });
    return z.NEVER;
  });

export type SecurityScheme = { readonly id: string; readonly defaultCredential: string } & (
  | { readonly type: 'http'; readonly scheme: 'bearer' | 'basic' }
  | { readonly type: 'apiKey'; readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
);

/** Keys of `server` that matter to REST tools. */
export const serverKeys = {
  config: jsonObject.nullish().describe('What templates read as .config.'),
  securitySchemes: z.array(securityScheme).default([]),
  defaultDownstreamSecurity: clientSecurity.optional().describe('For tools without `security`.'),
  defaultUpstreamSecurity: backendSecurity.optional().describe('For tools without `requestTemplate.security`.'),
  passthroughAuthHeader: z
    .boolean()
    .default(false)
    .describe('Let Authorization of the client reach the backend where no security scheme takes it.'),
};

export const toolSchema = tool;
export type RestTool = z.infer<typeof tool>;
export type RestArgument = RestTool['args'][number];

/** A whole server after all checks; plain data that survives JSON. */
export interface RestServerDocument {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>> | null;
  readonly securitySchemes: readonly SecurityScheme[];
  readonly defaultDownstreamSecurity?: z.infer<typeof clientSecurity> | undefined;
  readonly defaultUpstreamSecurity?: z.infer<typeof backendSecurity> | undefined;
  readonly passthroughAuthHeader: boolean;
  readonly tools: readonly RestTool[];
  /** Names of the tools that are listed and can be called; absent = all. */
  readonly allowTools?: readonly string[] | undefined;
}
