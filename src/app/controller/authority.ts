/**
 * The gateway's own certificate authority: EC P-256, made and renewed here, so that xDS needs no other program. The controller runs this in a process of
 * its own (`issuing.ts`).
 */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

/** PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface LeafRequest {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly days: number;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
/** Clocks differ. */
const BACKDATE_MS = 300_000;
/** id-kp-serverAuth and id-kp-clientAuth: a gateway is client of the control plane and server of its egress listener. */
const USAGES = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];

export async function createAuthority(commonName: string, days: number, now = new Date()): Promise<Identity> {
  const keys = await generate();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...validity(now, days),
      name: `CN=${commonName}`,
      serialNumber: serial(),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto,
  );
  return { cert: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

export async function issue(authority: Identity, request: LeafRequest, now = new Date()): Promise<Identity> {
  const issuer = new x509.X509Certificate(authority.cert);
  const signingKey = await importKey(authority.key);
  const keys = await generate();
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...validity(now, request.days),
      subject: `CN=${request.commonName}`,
      issuer: issuer.subject,
      serialNumber: serial(),
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(USAGES),
        ...(request.dnsNames.length === 0
          ? []
          : [new x509.SubjectAlternativeNameExtension(request.dnsNames.map((value) => ({ type: 'dns', value })))]),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ],
    },
    webcrypto,
  );
  return { cert: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

function validity(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now.getTime() - BACKDATE_MS), notAfter: new Date(now.getTime() + days * DAY_MS) };
}

function serial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  // Positive, as RFC 5280 wants it.
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return Buffer.from(bytes).toString('hex');
}

function generate(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const [der] = x509.PemConverter.decode(pem);
  return webcrypto.subtle.importKey('pkcs8', der as ArrayBuffer, ALGORITHM, false, [
    'sign',
  ]) as Promise<webcrypto.CryptoKey>;
}
