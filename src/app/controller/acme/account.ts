/**
 * The key of the account with the CA, in a Secret that nobody owns: it outlives the release, because a CA limits how many accounts and certificates it
 * gives.
 */

import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { SecretText } from '#lib/secret.ts';
import { type KubeClient, KubeError } from '#sources/kube/client.ts';
import { MADE_HERE } from '../objects.ts';

export const ACCOUNT_SECRET = 'higress-acme-account';

const KEY = 'account.key';

/** The key that is there, made when there is none. Whoever writes first wins. */
export async function accountKey(client: KubeClient, namespace: string): Promise<SecretText> {
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  const known = await storedKey(client, path);
  if (known !== undefined) return known;
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const made = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const metadata = { name: ACCOUNT_SECRET, labels: MADE_HERE };
  const body = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, stringData: { [KEY]: made } };
  try {
    await client.request(path, { method: 'POST', body });
    return new SecretText(made);
  } catch (error) {
    const other = error instanceof KubeError && error.status === 409 ? await storedKey(client, path) : undefined;
    if (other !== undefined) return other;
    throw error;
  }
}

async function storedKey(client: KubeClient, path: string): Promise<SecretText | undefined> {
  try {
    const { data } = await client.request<{ readonly data?: Readonly<Record<string, string>> }>(
      `${path}/${ACCOUNT_SECRET}`,
    );
    const key = data?.[KEY];
    if (key === undefined)
      throw new Error(`Secret ${ACCOUNT_SECRET} has no ${KEY}: delete it, and a new account is made`);
    return new SecretText(Buffer.from(key, 'base64').toString('utf8'));
  } catch (error) {
    if (error instanceof KubeError && error.status === 404) return undefined;
    throw error;
  }
}
