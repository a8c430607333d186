/** Credentials for an image registry out of a docker-config Secret (`.dockerconfigjson`). */
import type { Secret } from '#model/secret.ts';

interface DockerConfig {
  readonly auths?: Readonly<
    Record<string, { readonly auth?: string; readonly username?: string; readonly password?: string }>
  >;
}

/** Undefined when the Secret, or an entry for the registry host of `url`, is not there. */
export function pullCredentials(
  secrets: readonly Secret[],
  name: string,
  url: string,
): { username: string; password: string } | undefined {
  const secret = secrets.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === name);
  const text = secret?.data['.dockerconfigjson']?.reveal();
  if (text === undefined) return undefined;
  let config: DockerConfig;
  try {
    config = JSON.parse(text) as DockerConfig;
  } catch {
    return undefined;
  }
  const host = /^[a-z]+:\/\/([^/]+)/.exec(url)?.[1] ?? '';
  const entry = Object.entries(config.auths ?? {}).find(
    ([key]) => key.replace(/^https?:\/\//, '').split('/')[0] === host,
  )?.[1];
  if (entry === undefined) return undefined;
  if (entry.username !== undefined && entry.password !== undefined)
    return { username: entry.username, password: entry.password };
  const [username = '', ...rest] = Buffer.from(entry.auth ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return { username, password: rest.join(':') };
}
