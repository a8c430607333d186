/** Credentials for an image registry out of a docker-config Secret (`.dockerconfigjson`). */
import type { Secret } from '#model/secret.ts';

interface DockerConfig {
  readonly auths?: Readonly<
    Record<string, { readonly auth?: string; readonly username?: string; readonly password?: string }>
  >;
}

export type PullCredentials =
  | { readonly username: string; readonly password: string }
  /** Why there are none, with the way out. */
  | { readonly problem: string };

/** What the Secret `name` (`namespace/name`) of `imagePullSecret` holds for the registry host of `url`. */
export function pullCredentials(secrets: readonly Secret[], name: string, url: string): PullCredentials {
  const secret = secrets.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === name);
  if (secret === undefined) return { problem: `the Secret ${name} that imagePullSecret names does not exist` };
  const text = secret.data[MEMBER]?.reveal();
  if (text === undefined)
    return { problem: `the Secret ${name} has no ${MEMBER}; make it of type kubernetes.io/dockerconfigjson` };
  let config: DockerConfig;
  try {
    config = JSON.parse(text) as DockerConfig;
  } catch {
    return { problem: `${MEMBER} of the Secret ${name} is not JSON` };
  }
  const host = /^[a-z]+:\/\/([^/]+)/.exec(url)?.[1] ?? '';
  const hosts = Object.entries(config.auths ?? {}).map(([key, value]) => [hostOf(key), value] as const);
  const entry = hosts.find(([own]) => own === host)?.[1];
  if (entry === undefined) {
    const others = hosts.length === 0 ? '' : `, only for ${hosts.map(([own]) => own).join(', ')}`;
    return { problem: `the Secret ${name} has no entry for ${host}${others}` };
  }
  if (entry.username !== undefined && entry.password !== undefined)
    return { username: entry.username, password: entry.password };
  const [username = '', ...rest] = Buffer.from(entry.auth ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return { username, password: rest.join(':') };
}

const MEMBER = '.dockerconfigjson';

function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/')[0] ?? '';
}
