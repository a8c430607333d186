import { isIP } from 'node:net';
import type { Message } from '#xds/snapshot/resources.ts';
import type { Address } from './options.ts';

/** Envoy's Address; sockets made by Envoy are open to their owner only. */
export function envoyAddress(address: Address, listen = false): Message {
  if ('socket' in address) return { pipe: { path: address.socket, ...(listen ? { mode: 0o600 } : {}) } };
  return socketAddress(address.host, address.port);
}

export function socketAddress(host: string, port: number): Message {
  return { socket_address: { address: host, port_value: port } };
}

/** `::` takes IPv4 too. */
export function listenAddress(host: string, port: number, udp = false): Message {
  const dual = host === '::' ? { ipv4_compat: true } : {};
  return { socket_address: { ...(udp ? { protocol: 'UDP' } : {}), address: host, port_value: port, ...dual } };
}

/** True when Envoy can use the address without a name look-up. */
export function isNumeric(address: Address): boolean {
  return 'socket' in address || isIP(address.host) !== 0;
}
