/** EndpointSlice: where a Service's instances are. Addresses may be loopback: a folder describes the machine it is on. */
import { z } from 'zod';
import { withoutNulls } from '#lib/without-nulls.ts';
import type { KubeObject, Parsed, RawDocument } from './object.ts';
import { check, failed, type ParseDefaults, readObject } from './parse.ts';

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

const sliceSchema = z.object({
  /** `FQDN`: the addresses are DNS names. */
  addressType: z.enum(['IPv4', 'IPv6', 'FQDN']).default('IPv4'),
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string().min(1)).default([]),
        /** Absent or unknown counts as ready. */
        conditions: z.object({ ready: z.boolean().optional() }).default({}),
      }),
    )
    .default([]),
  ports: z
    .array(
      z.object({
        /** Name of the Service's port. */
        name: z.string().default(''),
        port: z.number().int().min(1).max(65535).optional(),
        appProtocol: z.string().optional(),
      }),
    )
    .default([]),
});

export interface EndpointSlice extends KubeObject<'EndpointSlice'>, Readonly<z.output<typeof sliceSchema>> {}

export function parseEndpointSlice(raw: RawDocument, defaults: ParseDefaults): Parsed<EndpointSlice> {
  const read = readObject('EndpointSlice', raw, defaults);
  if (read.base === undefined) return failed(read.problems);
  const { addressType, endpoints, ports } = read.document;
  const slice = check(sliceSchema, withoutNulls({ addressType, endpoints, ports }), '', read);
  return { object: slice && { ...read.base, ...slice }, problems: read.problems };
}
