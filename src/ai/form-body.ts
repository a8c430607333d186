/** Bodies that come as a form, as objects: texts as they are, files with their bytes in base64, repeated names as lists. */
import { boundaryOf, multipartParts } from '#lib/multipart.ts';
import type { JsonObject } from './json.ts';

export interface FormFile {
  readonly filename: string;
  readonly base64: string;
}

export function isForm(contentType: string): boolean {
  return /^\s*multipart\/form-data\b/i.test(contentType);
}

/** Undefined when it is no form, or broken. */
export function readForm(body: Buffer, contentType: string): JsonObject | undefined {
  const boundary = isForm(contentType) ? boundaryOf(contentType) : undefined;
  const text = boundary === undefined ? '' : body.toString('latin1');
  const parts = boundary === undefined ? undefined : multipartParts(text, boundary);
  if (!parts) return undefined;
  const form = new Map<string, unknown>();
  for (const { name, filename, contentStart, contentEnd } of parts) {
    const bytes = body.subarray(contentStart, contentEnd);
    const value = filename === undefined ? bytes.toString('utf8') : { filename, base64: bytes.toString('base64') };
    const before = form.get(name);
    form.set(name, before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value]);
  }
  return Object.fromEntries(form);
}
