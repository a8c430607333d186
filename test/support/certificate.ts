/** Self-signed certificates for tests. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KeyPair {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

/** Valid for two days from now, for the given DNS names. */
export function selfSigned(...names: readonly string[]): KeyPair {
  const dir = mkdtempSync(join(tmpdir(), 'cert-'));
  try {
    const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
    const alternative = `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`;
    const subject = ['-subj', `/CN=${names[0]}`, '-addext', alternative];
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', [...args, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A Secret for TLS, as JSON, which is YAML; `more` adds keys such as `ca.crt`. */
export function tlsSecret(name: string, names: readonly string[], more: Readonly<Record<string, string>> = {}): string {
  const { cert, key } = selfSigned(...names);
  const stringData = { 'tls.crt': cert, 'tls.key': key, ...more };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    type: 'kubernetes.io/tls',
    stringData,
  });
}
