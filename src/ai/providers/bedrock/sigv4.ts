/** AWS Signature Version 4 over host and date (AWS: "Create a signed AWS API request"). Paths are encoded twice, as all services but S3 ask for. */
import { createHash, createHmac } from 'node:crypto';
import { splitPath } from '../../api.ts';
import type { FinalRequest } from '../provider.ts';

export interface AwsKeys {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

const SERVICE = 'bedrock';
const SIGNED_HEADERS = 'host;x-amz-date';
const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Signs requests of one set of keys; the key of a day is made once a day. */
export function createSigner({
  accessKey,
  secretKey,
  region,
}: AwsKeys): (request: FinalRequest) => Record<string, string> {
  let keyOf: { readonly day: string; readonly key: Buffer } = { day: '', key: Buffer.alloc(0) };
  const dayKey = (day: string): Buffer => {
    if (keyOf.day !== day) {
      const parts = [day, region, SERVICE, 'aws4_request'];
      keyOf = { day, key: parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretKey}`)) };
    }
    return keyOf.key;
  };
  return (request) => {
    const date = amzDate(request.now);
    const day = date.slice(0, 8);
    const scope = `${day}/${region}/${SERVICE}/aws4_request`;
    const text = [ALGORITHM, date, scope, sha256(canonicalRequest(request, date))].join('\n');
    const signature = hmac(dayKey(day), text).toString('hex');
    return {
      'x-amz-date': date,
      authorization: `${ALGORITHM} Credential=${accessKey}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`,
    };
  };
}

function canonicalRequest({ method, authority, path, body }: FinalRequest, date: string): string {
  const { path: own, query } = splitPath(path);
  const headers = `host:${authority}\nx-amz-date:${date}\n`;
  return [method, canonicalPath(own), canonicalQuery(query.slice(1)), headers, SIGNED_HEADERS, sha256(body)].join('\n');
}

/** The path as sent, every segment encoded once more: `a%3Ab` gives `a%253Ab`. These characters stay when they are sent as they are. */
export function canonicalPath(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeStrictly(segment).replaceAll(/%(?:24|26|2B|3D|3A|40)/g, decodeURIComponent))
    .join('/');
}

/** `query` without `?`. Names and values are encoded once and sorted, values of one name too. */
export function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [encodeStrictly(decode(name)), encodeStrictly(decode(value))] as const;
    })
    .sort(([a, left], [b, right]) => compare(a, b) || compare(left, right))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** RFC 3986: only letters, digits and `-_.~` stay. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** `YYYYMMDDTHHMMSSZ` */
function amzDate(now: number): string {
  return new Date(now).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
