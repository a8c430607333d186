import { Sha256 } from '@aws-crypto/sha256-js';
import { describe, expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import { splitPath } from '../../api.ts';
import { canonicalPath, canonicalQuery, createSigner, encodeStrictly } from './sigv4.ts';

const keys = { accessKey: 'AKIDEXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', region: 'us-east-1' };
const authority = 'bedrock-runtime.us-east-1.amazonaws.com';
const now = Date.UTC(2026, 10, 23, 9, 8, 7, 654);

/** The independent judge: AWS's own signer. */
async function judged(path: string, body: string, method = 'POST'): Promise<string | undefined> {
  const signer = new SignatureV4({
    credentials: { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey },
    region: keys.region,
    service: 'bedrock',
    sha256: Sha256,
    applyChecksum: false,
  });
  const { path: own, query } = splitPath(path);
  const pairs = [...new URLSearchParams(query)];
  const signed = await signer.sign(
    {
      method,
      protocol: 'https:',
      hostname: authority,
      path: own,
      query: Object.fromEntries(pairs),
      headers: { host: authority },
      body,
    },
    { signingDate: new Date(now) },
  );
  return signed.headers.authorization;
}

describe('AWS signature', () => {
  const arn = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-x-v1:0';

  it.each([
    ['a model', '/model/amazon.nova-pro-v1%3A0/converse'],
    ['an ARN (#2402)', `/model/${encodeStrictly(arn)}/converse-stream`],
    ['signs and blanks', `/model/${encodeStrictly("a b!'()*$&+=@~ü")}/invoke`],
    ['a query', '/async-invoke?sortBy=a%20b&maxResults=5&a='],
  ])('is the one of AWS’s own signer for %s', async (_title, path) => {
    const body = '{"messages":[{"role":"user","content":[{"text":"Zürich 🌧"}]}]}';
    const signed = createSigner(keys)({ method: 'POST', authority, path, body: Buffer.from(body), now });
    expect(signed).toEqual({ 'x-amz-date': '20261123T090807Z', authorization: await judged(path, body) });
  });

  it('goes with the day', async () => {
    const sign = createSigner(keys);
    const request = { method: 'GET', authority, path: '/a', body: Buffer.alloc(0) };
    const [first, next, again] = [now, now + 86_400_000, now].map((at) => sign({ ...request, now: at }));
    expect(again).toEqual(first);
    expect(next?.authorization).toContain('/20261124/us-east-1/bedrock/aws4_request');
    expect(first?.authorization).toBe(await judged('/a', '', 'GET'));
  });

  it('encodes the path once more, but not these signs', () => {
    expect(canonicalPath('/model/a%3Ab/converse')).toBe('/model/a%253Ab/converse');
    expect(canonicalPath('/model/a:b/converse')).toBe('/model/a:b/converse');
    expect(canonicalPath('/$&+=:@/-_.~/!*')).toBe('/$&+=:@/-_.~/%21%2A');
  });

  it('sorts the query and encodes it once', () => {
    expect(canonicalQuery('b=2&a=%3a&a=!&c')).toBe('a=%21&a=%3A&b=2&c=');
    expect(canonicalQuery('')).toBe('');
  });
});
