/**
 * How the API server is reached: address, trust and credentials out of a kubeconfig or of a pod's files. Certificates, tokens and passwords are read here;
 * a kubeconfig that needs more (a program that gives credentials, a proxy) is left to the client library, which alone takes 50 MiB and a second.
 */
import { existsSync, readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { parseYaml } from '#lib/yaml.ts';

/** The part of the client library's `KubeConfig` that is used here. */
export interface KubeConnection {
  getCurrentCluster(): { readonly server: string } | null;
  /** Adds agent and credentials. */
  applyToHTTPSOptions(options: RequestOptions): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Tokens of pods are renewed in their files. */
const TOKEN_LIFE_MS = 60_000;

const text = z.string().optional();
const CLUSTER = z.strictObject({
  server: z.string(),
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': text,
  'disable-compression': z.unknown().optional(),
  extensions: z.unknown().optional(),
});
const USER = z.strictObject({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  extensions: z.unknown().optional(),
});
const NAME = { name: z.string() };
const KUBECONFIG = z.looseObject({
  'current-context': z.string(),
  contexts: z.array(z.looseObject({ ...NAME, context: z.looseObject({ cluster: z.string(), user: z.string() }) })),
  clusters: z.array(z.looseObject({ ...NAME, cluster: z.unknown() })),
  users: z.array(z.looseObject({ ...NAME, user: z.unknown() })),
});

/**
 * `path`: of a kubeconfig; without it KUBECONFIG, `~/.kube/config` and the files of a pod are looked for, in this order.
 *
 * @throws Error that names the file and what it lacks
 */
export async function connect(path: string | undefined, env: Environment): Promise<KubeConnection> {
  const files = path === undefined ? (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '') : [path];
  const usual = join(env.HOME ?? homedir(), '.kube', 'config');
  if (files.length === 0 && existsSync(usual)) files.push(usual);
  const [file] = files;
  if (file === undefined) return inCluster(env);
  return (files.length === 1 ? plain(file) : undefined) ?? byLibrary(path);
}

async function byLibrary(path: string | undefined): Promise<KubeConnection> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if (path === undefined) config.loadFromDefault();
  else config.loadFromFile(path);
  return config;
}

/** Undefined when the file holds something that is not known here. */
function plain(file: string): KubeConnection | undefined {
  const yaml = parseYaml(readFileSync(file, 'utf8'));
  if (!yaml.ok) throw new Error(`kubeconfig ${file}, line ${yaml.error.line}: it is no YAML`);
  const found = KUBECONFIG.safeParse(yaml.value);
  if (!found.success) throw new Error(`kubeconfig ${file}: ${z.prettifyError(found.error)}`);
  const { contexts, clusters, users, 'current-context': current } = found.data;
  const entry = <T extends { readonly name: string }>(list: readonly T[], kind: string, name: string): T => {
    const one = list.find((candidate) => candidate.name === name);
    if (one === undefined) throw new Error(`kubeconfig ${file}: there is no ${kind} "${name}"`);
    return one;
  };
  const { context } = entry(contexts, 'context', current);
  const cluster = CLUSTER.safeParse(entry(clusters, 'cluster', context.cluster).cluster);
  const user = USER.safeParse(entry(users, 'user', context.user).user ?? {});
  if (!cluster.success || !user.success) return undefined;
  const bytes = (data: string | undefined, name: string | undefined): Buffer | undefined => {
    if (data !== undefined) return Buffer.from(data, 'base64');
    return name === undefined ? undefined : readFileSync(resolve(dirname(file), name));
  };
  const { server, 'tls-server-name': servername } = cluster.data;
  const { token, tokenFile, username, password = '' } = user.data;
  const tokenOf = tokenFile === undefined ? () => token || undefined : fileToken(resolve(dirname(file), tokenFile));
  return connection(
    server,
    {
      ca: bytes(cluster.data['certificate-authority-data'], cluster.data['certificate-authority']),
      cert: bytes(user.data['client-certificate-data'], user.data['client-certificate']),
      key: bytes(user.data['client-key-data'], user.data['client-key']),
      rejectUnauthorized: cluster.data['insecure-skip-tls-verify'] !== true,
      ...(servername === undefined ? {} : { servername }),
    },
    tokenOf,
    username === undefined ? undefined : `${username}:${password}`,
  );
}

function inCluster({ KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' }: Environment) {
  if (host === undefined || !existsSync(SERVICE_ACCOUNT))
    throw new Error(
      'no Kubernetes cluster: this is no pod with a ServiceAccount; name a kubeconfig by --kubeconfig or KUBECONFIG',
    );
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return connection(
    server,
    { ca: readFileSync(join(SERVICE_ACCOUNT, 'ca.crt')) },
    fileToken(join(SERVICE_ACCOUNT, 'token')),
  );
}

/** Connections are kept, so that a burst of writes does not begin with a handshake each. */
function connection(
  server: string,
  trust: AgentOptions,
  token: () => string | undefined,
  auth?: string,
): KubeConnection {
  const options = { keepAlive: true, ...trust };
  const agent = server.startsWith('http:') ? new HttpAgent({ keepAlive: true }) : new Agent(options);
  return {
    getCurrentCluster: () => ({ server }),
    applyToHTTPSOptions: async (request) => {
      request.agent = agent;
      if (auth !== undefined) request.auth = auth;
      const bearer = token();
      if (bearer !== undefined) request.headers = { ...request.headers, authorization: `Bearer ${bearer}` };
    },
  };
}

function fileToken(file: string): () => string {
  let read = Number.NEGATIVE_INFINITY;
  let token = '';
  return () => {
    if (performance.now() - read > TOKEN_LIFE_MS) {
      token = readFileSync(file, 'utf8').trim();
      read = performance.now();
    }
    return token;
  };
}
