/** Finds the module in what was downloaded: bare Wasm, gzip'd Wasm, or a (gzip'd) tar with one `.wasm` file, whatever the media type said. */
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { WasmFormatError } from './binary.ts';

/** Larger modules are refused; Go modules of the reference are about 10 MiB. */
export const MODULE_LIMIT_BYTES = 256 * 1024 * 1024;

const TAR_MAGIC_AT = 257;

export async function unpackModule(data: Buffer): Promise<Buffer> {
  if (isWasm(data)) return data;
  if (data[0] === 0x1f && data[1] === 0x8b)
    return unpackModule(gunzipSync(data, { maxOutputLength: MODULE_LIMIT_BYTES }));
  if (data.toString('latin1', TAR_MAGIC_AT, TAR_MAGIC_AT + 5) === 'ustar') return fromTar(data);
  throw new WasmFormatError('neither a WebAssembly module nor an archive with one');
}

function isWasm(data: Buffer): boolean {
  return data.length > 8 && data.toString('latin1', 0, 4) === '\0asm';
}

function fromTar(data: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const archive = extract();
    let found: Buffer | undefined;
    archive.on('entry', (header, stream, next) => {
      const parts: Buffer[] = [];
      const wanted = found === undefined && header.type === 'file' && header.name.endsWith('.wasm');
      stream.on('data', (part: unknown) => {
        if (wanted) parts.push(part as Buffer);
      });
      stream.on('end', () => {
        if (wanted) found = Buffer.concat(parts);
        next();
      });
      stream.on('error', reject);
    });
    archive.on('finish', () =>
      found === undefined ? reject(new WasmFormatError('the archive holds no .wasm file')) : resolve(found),
    );
    archive.on('error', reject);
    archive.end(data);
  });
}
