/** multipart/form-data as byte strings (`latin1`), with the place of every part so that an edit leaves the others alone. */

export interface Part {
  readonly name: string;
  readonly filename: string | undefined;
  /** Offset of the boundary line that begins the part. */
  readonly start: number;
  /** Offsets of the content. The line end before the next boundary belongs to neither. */
  readonly contentStart: number;
  readonly contentEnd: number;
}

export function boundaryOf(contentType: string): string | undefined {
  const match = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/** All parts, or undefined when the body does not end as it should. */
export function multipartParts(body: string, boundary: string): readonly Part[] | undefined {
  const marker = `--${boundary}`;
  const parts: Part[] = [];
  let at = body.startsWith(marker) ? 0 : body.indexOf(`\r\n${marker}`) + 2;
  if (at === 1) return undefined;
  for (;;) {
    const behind = at + marker.length;
    if (body.startsWith('--', behind)) return parts;
    const lineEnd = body.indexOf('\r\n', behind);
    const headEnd = lineEnd < 0 ? -1 : body.indexOf('\r\n\r\n', lineEnd);
    const next = headEnd < 0 ? -1 : body.indexOf(`\r\n${marker}`, headEnd + 4);
    if (next < 0) return undefined;
    const head = body.slice(lineEnd, headEnd);
    const disposition = /\r\ncontent-disposition:[^\r\n]*/i.exec(head)?.[0] ?? '';
    parts.push({
      name: parameter(disposition, 'name') ?? '',
      filename: parameter(disposition, 'filename'),
      start: at,
      contentStart: headEnd + 4,
      contentEnd: next,
    });
    at = next + 2;
  }
}

/** A field as a part of its own, with its boundary line and line end. */
export function fieldPart(boundary: string, name: string, value: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; name="${name.replaceAll('"', '%22')}"\r\n\r\n${value}\r\n`;
}

function parameter(disposition: string, name: string): string | undefined {
  const match = new RegExp(`[;\\s]${name}=(?:"([^"]*)"|([^;\\s]+))`, 'i').exec(disposition);
  return match?.[1] ?? match?.[2];
}
