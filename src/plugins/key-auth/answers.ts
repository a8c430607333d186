/** What refused callers get; the same for hooks and native form. */
export type Refusal = 'multi_key' | 'no_key' | 'unknown_key' | 'not_allowed';

export interface RefusalAnswer {
  readonly status: number;
  readonly body: string;
  readonly details: string;
}

export const REFUSALS: Readonly<Record<Refusal, RefusalAnswer>> = {
  multi_key: { status: 401, body: 'the request holds several different API keys', details: 'key-auth.multi_key' },
  no_key: { status: 401, body: 'the request holds no API key', details: 'key-auth.no_key' },
  unknown_key: { status: 401, body: 'the API key is not known', details: 'key-auth.unauthorized' },
  not_allowed: { status: 403, body: 'this consumer may not use this route', details: 'key-auth.unauthorized' },
};

export function refusalHeaders(realm: string): Record<string, string> {
  return { 'www-authenticate': `Key realm=${realm}`, 'content-type': 'text/plain' };
}
