/** Checksums, hashes and ciphers. Functions that make keys and certificates would hold up all traffic for seconds and are refused. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  scryptSync,
  X509Certificate,
} from 'node:crypto';
import { hashSync } from 'bcryptjs';
import { TemplateError } from '../errors.ts';
import { decodeBase64 } from './encoding.ts';
import { PASSWORD_CHARACTERS, PASSWORD_SEED, PASSWORD_TEMPLATES } from './password-templates.ts';
import { type FunctionContext, fn, fnRest, type GoFunction, type GoFunctions } from './types.ts';

const BCRYPT_ROUNDS = 10;
/** bcrypt reads no more; longer passwords are refused instead of cut. */
const BCRYPT_MAX_BYTES = 72;
const AES_BLOCK = 16;
const SCRYPT = { N: 32_768, r: 8, p: 2, maxmem: 64 * 1024 * 1024 };

export const cryptoFunctions: GoFunctions = {
  sha1sum: hashFunction('sha1'),
  sha256sum: hashFunction('sha256'),
  sha512sum: hashFunction('sha512'),
  adler32sum: fn(['string'], ([text]) => String(adler32(Buffer.from(text)))),
  bcrypt: fn(['string'], ([password], context) => bcrypt(password, context)),
  htpasswd: fn(['string', 'string'], ([user, password], context) =>
    user.includes(':') ? `invalid username: ${user}` : `${user}:${bcrypt(password, context)}`,
  ),
  derivePassword: fn(['int', 'string', 'string', 'string', 'string'], ([counter, type, password, user, site]) =>
    derivePassword(counter, type, password, user, site),
  ),
  encryptAES: fn(['string', 'string'], ([password, text], context) => {
    if (text === '') return '';
    const start = context.randomBytes(AES_BLOCK);
    const cipher = createCipheriv('aes-256-cbc', aesKey(password), start);
    return Buffer.concat([start, cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
  }),
  decryptAES: fn(['string', 'string'], ([password, text]) => (text === '' ? '' : decrypt(password, text))),
  buildCustomCert: fn(['string', 'string'], ([certificate, key]) => customCertificate(certificate, key)),
  genPrivateKey: refused('genPrivateKey'),
  genCA: refused('genCA'),
  genCAWithKey: refused('genCAWithKey'),
  genSelfSignedCert: refused('genSelfSignedCert'),
  genSelfSignedCertWithKey: refused('genSelfSignedCertWithKey'),
  genSignedCert: refused('genSignedCert'),
  genSignedCertWithKey: refused('genSignedCertWithKey'),
};

function refused(name: string): GoFunction {
  return fnRest([], 'any', () => {
    throw new TemplateError(`${name}: keys and certificates are not made while requests are served`);
  });
}

function hashFunction(algorithm: string): GoFunction {
  return fn(['string'], ([text]) => createHash(algorithm).update(text).digest('hex'));
}

function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}

function bcrypt(password: string, { randomBytes }: FunctionContext): string {
  if (Buffer.byteLength(password) > BCRYPT_MAX_BYTES) {
    return `failed to encrypt string with bcrypt: bcrypt: password length exceeds ${BCRYPT_MAX_BYTES} bytes`;
  }
  return hashSync(password, `$2a$${BCRYPT_ROUNDS}$${bcryptBase64(randomBytes(16))}`);
}

/** bcrypt's own alphabet, without padding. */
function bcryptBase64(bytes: Uint8Array): string {
  const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const own = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Buffer.from(bytes)
    .toString('base64')
    .replace(/=+$/, '')
    .replace(/./g, (char) => own[standard.indexOf(char)] as string);
}

/** The password is cut or filled up with zero bytes to the length of the key. */
function aesKey(password: string): Buffer {
  const key = Buffer.alloc(32);
  Buffer.from(password).copy(key);
  return key;
}

function decrypt(password: string, text: string): string {
  const bytes = decodeBase64(text);
  if (typeof bytes === 'string') throw new TemplateError(`decryptAES: ${bytes}`);
  try {
    const decipher = createDecipheriv('aes-256-cbc', aesKey(password), bytes.subarray(0, AES_BLOCK));
    return Buffer.concat([decipher.update(bytes.subarray(AES_BLOCK)), decipher.final()]).toString('utf8');
  } catch {
    throw new TemplateError('decryptAES: the text was not encrypted with this password');
  }
}

function derivePassword(counter: number, type: string, password: string, user: string, site: string): string {
  const templates = PASSWORD_TEMPLATES[type];
  if (templates === undefined) return `cannot find password template ${type}`;
  const key = scryptSync(password, Buffer.concat([Buffer.from(PASSWORD_SEED), sized(user)]), 64, SCRYPT);
  const number = Buffer.alloc(4);
  number.writeUInt32BE(counter >>> 0);
  const seed = createHmac('sha256', key)
    .update(Buffer.concat([Buffer.from(PASSWORD_SEED), sized(site), number]))
    .digest();
  const template = templates[(seed[0] as number) % templates.length] as string;
  return template.replace(/./g, (kind, at: number) => {
    const characters = PASSWORD_CHARACTERS[kind] as string;
    return characters[(seed[at + 1] as number) % characters.length] as string;
  });
}

/** Bytes of the text behind their number. */
function sized(text: string): Buffer {
  const bytes = Buffer.from(text);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

function customCertificate(certificate: string, key: string): string {
  const [certificateBytes, keyBytes] = [decodeBase64(certificate), decodeBase64(key)];
  if (typeof certificateBytes === 'string')
    throw new TemplateError('buildCustomCert: unable to decode base64 certificate');
  if (typeof keyBytes === 'string') throw new TemplateError('buildCustomCert: unable to decode base64 private key');
  try {
    new X509Certificate(certificateBytes);
  } catch {
    throw new TemplateError('buildCustomCert: unable to decode certificate');
  }
  try {
    createPrivateKey(keyBytes);
  } catch {
    throw new TemplateError('buildCustomCert: error parsing private key');
  }
  return `{${certificateBytes.toString('utf8')} ${keyBytes.toString('utf8')}}`;
}
