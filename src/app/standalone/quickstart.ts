/**
 * A folder with a `.demo.json` brings its own small upstreams: they are run on free loopback ports, and the objects that name those ports are written
 * into the run folder, which the control plane reads beside the user's folder. A vendor key in the environment replaces the demo vendor.
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { createDemoBackend } from '#app/demo/backend.ts';
import { createDemoLlm } from '#app/demo/llm.ts';

/** Hidden, since it is no manifest. */
const DEMO_FILE = '.demo.json';

const demoFile = z.strictObject({
  /** Files below the folder, with `${PORT}`-like placeholders; written to the run folder. */
  backend: z.string(),
  vendors: z.strictObject({ demo: z.string(), openai: z.string(), anthropic: z.string() }),
  /** Lines to paste, with `${HTTP}` for the gateway's address. */
  try: z.array(z.strictObject({ title: z.string(), command: z.string() })),
});

export interface Demo {
  /** Said in the start-up output. */
  readonly notes: readonly string[];
  readonly tries: readonly { readonly title: string; readonly command: string }[];
  stop(): Promise<void>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Undefined when the folder is not a demo. */
export async function startDemo(
  configDir: string,
  generatedDir: string,
  variables: Variables,
): Promise<Demo | undefined> {
  const text = await readFile(join(configDir, DEMO_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const demo = demoFile.parse(JSON.parse(text));
  const servers: Server[] = [];
  const notes: string[] = [];
  const write = async (file: string, values: Variables) => {
    const source = await readFile(join(configDir, file), 'utf8');
    const name = file.replaceAll('/', '-').replace(/\.in$/, '');
    await writeFile(join(generatedDir, name), substitute(source, values), { mode: 0o600 });
  };

  const backend = await listen(createDemoBackend(), servers);
  notes.push(`demo backend on 127.0.0.1:${backend} (an ordinary upstream that echoes requests)`);
  await write(demo.backend, { DEMO_BACKEND_PORT: String(backend) });

  if (variables.OPENAI_API_KEY) {
    await write(demo.vendors.openai, { API_KEY: variables.OPENAI_API_KEY });
    notes.push('the AI route goes to the real OpenAI API (OPENAI_API_KEY is set)');
  } else if (variables.ANTHROPIC_API_KEY) {
    await write(demo.vendors.anthropic, { API_KEY: variables.ANTHROPIC_API_KEY });
    notes.push('the AI route goes to the real Anthropic API (ANTHROPIC_API_KEY is set)');
  } else {
    const llm = await listen(createDemoLlm(), servers);
    await write(demo.vendors.demo, { DEMO_LLM_PORT: String(llm) });
    notes.push(
      `demo LLM vendor on 127.0.0.1:${llm} (no model: it repeats the question; set OPENAI_API_KEY or ANTHROPIC_API_KEY for a real one)`,
    );
  }
  return {
    notes,
    tries: demo.try,
    stop: async () => {
      await Promise.all(servers.map((server) => close(server)));
    },
  };
}

/** Fills `${NAME}` placeholders with JSON strings' inner text, so that a value cannot break out of its quotes. */
function substitute(source: string, values: Variables): string {
  return source.replace(/\$\{([A-Z_]+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : JSON.stringify(value).slice(1, -1);
  });
}

function listen(server: Server, servers: Server[]): Promise<number> {
  servers.push(server);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const bound = server.address();
      if (typeof bound === 'object' && bound !== null) resolve(bound.port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
