/** Http2Rpc: how an HTTP request becomes a Dubbo or gRPC call. Read and kept; not yet translated. */
import { z } from 'zod';
import type { KubeObject, Parsed, RawDocument } from './object.ts';
import { check, failed, type ParseDefaults, readObject } from './parse.ts';

const param = z.looseObject({
  paramSource: z.string().optional().describe('Where the value stands: QUERY, HEADER, PATH or BODY.'),
  paramKey: z.string().optional().describe('Name of the value there.'),
  paramType: z.string().optional().describe('Java class of the parameter.'),
});

const method = z.looseObject({
  serviceMethod: z.string().describe('Name of the method.'),
  headersAttach: z
    .string()
    .optional()
    .describe('Request headers that go along as attachments: a comma list, `*` = all, empty = none.'),
  httpPath: z.string().describe('Path with parameters in braces, such as `/a/{id}`.'),
  httpMethods: z.array(z.string()).default([]).describe('GET, POST, PUT, DELETE or PATCH.'),
  params: z.array(param).default([]).describe('Parameters in their order.'),
  paramFromEntireBody: z
    .looseObject({ paramType: z.string().optional().describe('Java class of the body.') })
    .optional()
    .describe('The whole body is the only parameter; `params` is ignored.'),
});

export const http2RpcSpecSchema = z.looseObject({
  dubbo: z
    .looseObject({
      service: z.string().describe('Name of the interface.'),
      version: z.string().default('').describe('Version of the interface.'),
      group: z.string().optional().describe('Group of the interface.'),
      methods: z.array(method).default([]).describe('How requests become calls.'),
    })
    .optional()
    .describe('Calls of a Dubbo service.'),
  grpc: z.looseObject({}).optional().describe('Calls of a gRPC service; has no effect.'),
});

export interface Http2Rpc extends KubeObject<'Http2Rpc'> {
  readonly spec: Readonly<z.infer<typeof http2RpcSpecSchema>>;
}

export function parseHttp2Rpc(raw: RawDocument, defaults: ParseDefaults): Parsed<Http2Rpc> {
  const read = readObject('Http2Rpc', raw, defaults);
  if (read.base === undefined) return failed(read.problems);
  const spec = check(http2RpcSpecSchema, read.document.spec ?? {}, 'spec', read);
  return { object: spec === undefined ? undefined : { ...read.base, spec }, problems: read.problems };
}
