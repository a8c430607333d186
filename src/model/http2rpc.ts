/** Http2Rpc: how an HTTP request becomes a Dubbo or gRPC call. Read and kept; not yet translated. */
import { z } from 'zod';
import type { KubeObject, Parsed, RawDocument } from './object.ts';
import { check, failed, type ParseDefaults, readObject } from './parse.ts';

const param = z.looseObject({
  paramSource: z.string().optional(),
  paramKey: z.string().optional(),
  paramType: z.string().optional(),
});

const method = z.looseObject({
  serviceMethod: z.string(),
  headersAttach: z.string().optional(),
  httpPath: z.string(),
  httpMethods: z.array(z.string()).default([]),
  params: z.array(param).default([]),
  paramFromEntireBody: z.looseObject({ paramType: z.string().optional() }).optional(),
});

export const http2RpcSpecSchema = z.looseObject({
  dubbo: z
    .looseObject({
      service: z.string(),
      version: z.string().default(''),
      group: z.string().optional(),
      methods: z.array(method).default([]),
    })
    .optional(),
  grpc: z.looseObject({}).optional(),
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
