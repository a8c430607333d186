import { isIP } from 'node:net';

/** An address block; a bare address is a /32 or /128. */
export interface Cidr {
  readonly address: string;
  readonly prefix: number;
  readonly family: 4 | 6;
}

/** Reads `10.0.0.0/8`, `10.1.2.3`, `2001:db8::/32`; undefined for everything else. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', length, ...rest] = text.trim().split('/');
  const family = isIP(address);
  if ((family !== 4 && family !== 6) || rest.length > 0 || address.includes('%')) return undefined;
  const bits = family === 4 ? 32 : 128;
  if (length === undefined) return { address, prefix: bits, family };
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined;
  return { address, prefix: Number(length), family };
}
