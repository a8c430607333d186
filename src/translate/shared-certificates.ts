/** Which certificate of the ConfigMap `higress-https` is for a host. */
import type { HigressHttps, SharedCredential } from '#model/config-map.ts';
import { coveringHosts } from './wildcard.ts';

/** Of all entries with the host itself or a wildcard that covers it, the first. */
export class SharedCertificates {
  readonly https: HigressHttps;
  readonly #places = new Map<string, number>();

  constructor(https: HigressHttps) {
    this.https = https;
    for (const [place, { domains }] of https.credentials.entries()) {
      for (const domain of domains) if (!this.#places.has(domain)) this.#places.set(domain, place);
    }
  }

  of(host: string): SharedCredential | undefined {
    const places = [host, ...coveringHosts(host, this.#places)].flatMap((name) => this.#places.get(name) ?? []);
    return this.https.credentials[Math.min(...places)];
  }
}
