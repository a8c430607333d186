/** Google's errors: `{error:{code,message,status}}`, or a list with one of them where an answer would have been a stream. */
import { typeOfStatus, type VendorError } from '../../errors.ts';
import { asArray, asNumber, asObject, asString, type JsonObject } from '../../json.ts';

/** Undefined: the text has another shape. */
export function readGoogleError(text: string, status: number): VendorError | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const error = errorOf(asObject(asArray(document)?.[0] ?? document));
  return error && { ...error, type: typeOfStatus(status) };
}

/** The `error` member of an answer, its type being that of the status which it names. */
export function errorOf(answer: JsonObject | undefined): VendorError | undefined {
  const error = asObject(answer?.error);
  const message = asString(error?.message);
  if (!error || message === undefined) return undefined;
  return {
    message,
    type: asString(error.type) ?? typeOfStatus(asNumber(error.code) ?? 500),
    code: asString(error.status) ?? asNumber(error.code)?.toString() ?? null,
  };
}
