/** The HTTP face of the module store, mounted at `/wasm/`: the control plane asks for modules, Envoy fetches them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { ModuleStore } from './store.ts';

const requestSchema = z.strictObject({
  url: z.string(),
  sha256: z.string(),
  pullPolicy: z.enum(['IfNotPresent', 'Always']),
  credentials: z.strictObject({ username: z.string(), password: z.string() }).optional(),
});

/** A replica that has just started is told of its modules within seconds. */
const ARRIVAL_MS = 8_000;
const REQUEST_LIMIT_BYTES = 64 * 1024;

/** `POST /wasm/modules` answers a ModuleState; `GET /wasm/SHA256.wasm` the bytes. */
export function wasmRoutes(store: ModuleStore): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (request.method === 'POST' && path === '/wasm/modules') {
      const parsed = requestSchema.safeParse(await readJson(request));
      if (!parsed.success) return answerJson(response, 400, { error: z.prettifyError(parsed.error) });
      const { credentials, ...rest } = parsed.data;
      return answerJson(response, 200, store.request(credentials === undefined ? rest : { ...rest, credentials }));
    }
    const digest = /^\/wasm\/([0-9a-f]{64})\.wasm$/.exec(path)?.[1];
    const module =
      digest === undefined || request.method !== 'GET' ? undefined : await store.readWhenThere(digest, ARRIVAL_MS);
    if (module === undefined) return answerJson(response, 404, { error: `no module at ${path}` });
    response.writeHead(200, { 'content-type': 'application/wasm', 'content-length': module.length }).end(module);
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > REQUEST_LIMIT_BYTES) return undefined;
    parts.push(part as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    return undefined;
  }
}

function answerJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}
