/** Google service accounts: the key document, and the signed assertion that is exchanged for an access token (RFC 7523). */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { asString, parseObject } from '../../json.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const DEFAULT_TOKEN_URI = 'https://oauth2.googleapis.com/token';
const LIFETIME_S = 3600;

export interface ServiceAccount {
  readonly clientEmail: string;
  readonly keyId: string | undefined;
  readonly privateKey: KeyObject;
  readonly tokenUri: string;
}

/** Throws an Error that names the member which is missing or wrong, never its value. */
export function readServiceAccount(text: string): ServiceAccount {
  const document = parseObject(text);
  if (!document) throw new Error('must be the JSON document of a service account’s key');
  const clientEmail = asString(document.client_email);
  if (!clientEmail) throw new Error('has no member client_email');
  const pem = asString(document.private_key);
  if (!pem) throw new Error('has no member private_key');
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch {
    throw new Error('its member private_key is no private key in PEM form');
  }
  if (privateKey.asymmetricKeyType !== 'rsa') throw new Error('its member private_key is no RSA key');
  return {
    clientEmail,
    keyId: asString(document.private_key_id),
    privateKey,
    tokenUri: asString(document.token_uri) || DEFAULT_TOKEN_URI,
  };
}

/** `now`: ms since 1970. */
export function signedAssertion(account: ServiceAccount, now: number): string {
  const issued = Math.floor(now / 1000);
  const header = { alg: 'RS256', typ: 'JWT', ...(account.keyId ? { kid: account.keyId } : {}) };
  const claims = {
    iss: account.clientEmail,
    scope: SCOPE,
    aud: account.tokenUri,
    iat: issued,
    exp: issued + LIFETIME_S,
  };
  const signed = `${base64url(header)}.${base64url(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), account.privateKey).toString('base64url')}`;
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
