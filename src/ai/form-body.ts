/** Bodies that come as a form, as objects: texts as they are, files with their bytes in base64, repeated names as lists. */
import { boundaryOf, fieldPart, multipartParts } from '#lib/multipart.ts';
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

/** The form with its field `model` mapped, every other byte kept; undefined when it stays as it is. A form without the field asks `map` for "". */
export function mapFormModel(body: Buffer, contentType: string, map: (model: string) => string): Buffer | undefined {
  const boundary = boundaryOf(contentType);
  const text = boundary === undefined ? '' : body.toString('latin1');
  const parts = boundary === undefined ? undefined : multipartParts(text, boundary);
  if (!parts || boundary === undefined) return undefined;
  const part = parts.find(({ name, filename }) => name === 'model' && filename === undefined);
  const model = part ? body.toString('utf8', part.contentStart, part.contentEnd) : '';
  const mapped = map(model);
  if (mapped === model || mapped === '') return undefined;
  const first = parts[0]?.start ?? 0;
  const [from, to, put] = part
    ? [part.contentStart, part.contentEnd, mapped]
    : [first, first, fieldPart(boundary, 'model', mapped)];
  return Buffer.concat([body.subarray(0, from), Buffer.from(put, 'utf8'), body.subarray(to)]);
}
