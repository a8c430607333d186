/** Vendor errors in the two shapes that clients understand. The status stays the vendor's; the message carries the vendor's text. */
import { asNumber, asObject, asString, parseObject } from './json.ts';

export interface VendorError {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
}

/** Reads the usual shapes: `{error:{message,type,code}}`, `{error:"text"}`, `{message}`, else the text itself. */
export function readVendorError(text: string, status: number): VendorError {
  const document = parseObject(text);
  const nested = asObject(document?.error);
  const source = nested ?? document;
  const message =
    asString(nested?.message) ?? asString(document?.error) ?? asString(document?.message) ?? (text.trim() || undefined);
  return {
    message: message ?? `the vendor answered ${status} without a message`,
    type: asString(source?.type) ?? typeOfStatus(status),
    code: asString(source?.code) ?? asNumber(source?.code)?.toString() ?? null,
  };
}

export function openaiError(error: VendorError): object {
  return { error: { message: error.message, type: error.type, param: null, code: error.code } };
}

export function anthropicError(error: VendorError): object {
  return {
    type: 'error',
    error: { type: ANTHROPIC_TYPES.has(error.type) ? error.type : 'api_error', message: error.message },
  };
}

/** The word that both vendors use for a status, where they have one. */
export function typeOfStatus(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  if (status === 413) return 'request_too_large';
  if (status === 429) return 'rate_limit_error';
  if (status === 529) return 'overloaded_error';
  return status >= 500 ? 'api_error' : 'invalid_request_error';
}

const ANTHROPIC_TYPES = new Set([
  'invalid_request_error',
  'authentication_error',
  'permission_error',
  'not_found_error',
  'request_too_large',
  'rate_limit_error',
  'overloaded_error',
  'api_error',
]);
