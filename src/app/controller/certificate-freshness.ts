/** Whether a certificate of the gateway's own authority can still be used: by Node's own X.509 reader, so that a start which has to make none loads no more. */
import { X509Certificate } from 'node:crypto';

/** Certificates are made anew when this share of their life is left. */
const RENEWED_WITH = 1 / 3;

export interface FreshnessOptions {
  /** PEM of the authority that must have signed it. */
  readonly authority: string;
  /** DNS names that it must have. */
  readonly dnsNames?: readonly string[];
  readonly now?: Date;
  /** Share of its life that must be left. Default a third. */
  readonly left?: number;
}

/** False for what is no certificate, is signed by another authority, lacks a name, or has too little of its life left. */
export function isFresh(
  cert: string,
  { authority, dnsNames = [], now = new Date(), left = RENEWED_WITH }: FreshnessOptions,
): boolean {
  try {
    const certificate = new X509Certificate(cert);
    const { validFromDate, validToDate } = certificate;
    const renewAt = validToDate.getTime() - (validToDate.getTime() - validFromDate.getTime()) * left;
    if (now.getTime() >= renewAt) return false;
    const names = (certificate.subjectAltName ?? '').split(', ');
    if (!dnsNames.every((name) => names.includes(`DNS:${name}`))) return false;
    return certificate.verify(new X509Certificate(authority).publicKey);
  } catch {
    return false;
  }
}
