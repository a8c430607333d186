/** When a certificate is to be asked for. */
import type { Secret } from '#model/secret.ts';
import { certificateOf } from '#translate/certificate.ts';

export const SOURCE_ANNOTATION = 'higress.io/cert-source';

/** The longest lifetime that `renewBeforeDays` is a part of. */
const WHOLE_DAYS = 90;

export type Due =
  | { readonly atMs: number }
  /** The Secret is somebody else's. */
  | 'foreign';

/** At once (0) when there is no certificate for the domain, else ahead of its end by `renewBeforeDays` in 90 parts of its lifetime. */
export function dueOf(secret: Secret | undefined, domain: string, source: string, renewBeforeDays: number): Due {
  if (secret === undefined) return { atMs: 0 };
  if (secret.metadata.annotations[SOURCE_ANNOTATION] !== source) return 'foreign';
  const { fault, leaf } = certificateOf(secret);
  if (fault !== undefined || leaf === undefined || leaf.checkHost(domain) === undefined) return { atMs: 0 };
  return { atMs: renewAtMs(Date.parse(leaf.validFrom), Date.parse(leaf.validTo), renewBeforeDays) };
}

export function renewAtMs(fromMs: number, toMs: number, renewBeforeDays: number): number {
  return toMs - ((toMs - fromMs) * renewBeforeDays) / WHOLE_DAYS;
}
