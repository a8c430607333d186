/** Service: what an Ingress backend points to. */
import { z } from 'zod';
import { withoutNulls } from '#lib/without-nulls.ts';
import type { KubeObject, Parsed, RawDocument } from './object.ts';
import { check, failed, type ParseDefaults, readObject } from './parse.ts';

const port = z.number().int().min(1).max(65535);

const servicePort = z.object({
  /** Empty only when the Service has a single port. */
  name: z.string().default(''),
  port,
  /** Number or name of a container port; absent = `port`. */
  targetPort: z.union([port, z.string().min(1)]).optional(),
  /** For example `kubernetes.io/h2c`, `grpc`, `https`. */
  appProtocol: z.string().optional(),
  protocol: z.string().default('TCP'),
});

const serviceSpec = z.object({
  type: z.string().default('ClusterIP'),
  /** An address, `None` for a headless Service, or absent. */
  clusterIP: z.string().optional(),
  externalName: z.string().optional(),
  ports: z.array(servicePort).default([]),
});

export type ServicePort = z.output<typeof servicePort>;

export interface Service extends KubeObject<'Service'> {
  readonly spec: Readonly<z.output<typeof serviceSpec>>;
}

export function parseService(raw: RawDocument, defaults: ParseDefaults): Parsed<Service> {
  const read = readObject('Service', raw, defaults);
  if (read.base === undefined) return failed(read.problems);
  const spec = check(serviceSpec, withoutNulls(read.document.spec ?? {}), 'spec', read);
  return { object: spec && { ...read.base, spec }, problems: read.problems };
}
