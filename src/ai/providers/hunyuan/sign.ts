/** Tencent Cloud's TC3-HMAC-SHA256 signature of one action of Hunyuan. */
import { createHash, createHmac } from 'node:crypto';
import type { FinalRequest } from '../provider.ts';

export const ACTION = 'ChatCompletions';
const SERVICE = 'hunyuan';
const SIGNED = 'content-type;host;x-tc-action';

export interface TencentKey {
  readonly id: string;
  readonly key: string;
}

/** Headers that carry the signature, and those that it covers. */
export function signTencent({ id, key }: TencentKey, request: FinalRequest): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(request.now / 1000));
  const date = new Date(request.now).toISOString().slice(0, 10);
  const scope = `${date}/${SERVICE}/tc3_request`;
  const headers = `content-type:application/json\nhost:${request.authority}\nx-tc-action:${ACTION.toLowerCase()}\n`;
  const canonical = [request.method, '/', '', headers, SIGNED, sha256(request.body)].join('\n');
  const text = ['TC3-HMAC-SHA256', timestamp, scope, sha256(canonical)].join('\n');
  const signing = hmac(hmac(hmac(`TC3${key}`, date), SERVICE), 'tc3_request');
  const signature = hmac(signing, text).toString('hex');
  return {
    'content-type': 'application/json',
    'x-tc-action': ACTION,
    'x-tc-version': '2023-09-01',
    'x-tc-timestamp': timestamp,
    authorization: `TC3-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${SIGNED}, Signature=${signature}`,
  };
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
