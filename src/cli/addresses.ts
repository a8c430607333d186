/** Addresses as flags give them. */
import { InvalidArgumentError } from 'commander';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `:8888`, `127.0.0.1:8888`, `name:8888`, `[::1]:8888`; without a host, all interfaces. */
export function hostPort(text: string): HostPort {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new InvalidArgumentError(`"${text}" is no address; expected HOST:PORT or :PORT.`);
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port };
}

export type SocketOrPort = HostPort | { readonly path: string };

/** As `hostPort`, or `unix:PATH`. */
export function listenAddress(text: string): SocketOrPort {
  return text.startsWith('unix:') ? { path: text.slice('unix:'.length) } : hostPort(text);
}
