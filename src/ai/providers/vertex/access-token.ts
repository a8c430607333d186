/**
 * Access tokens of a service account. All chains of the process share one token per region, project and account; requests that need a new one at the
 * same time wait for the same exchange. A token is replaced before its end; when that fails the old one serves as long as it lives.
 */
import type { Held } from '#lib/shared-values.ts';
import type { HostServices } from '#plugin-sdk/host.ts';
import { asNumber, asString, parseObject } from '../../json.ts';
import { TranslationError } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import { readServiceAccount, type ServiceAccount, signedAssertion } from './service-account.ts';

const TOKEN_HOST = 'oauth2.googleapis.com';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** What Google's tokens live when the answer does not say. */
const USUAL_LIFETIME_S = 3600;
/** Pause after an exchange that failed while the old token is still good. */
const RETRY_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 120_000;

export interface AccessTokens {
  /** Throws TranslationError. */
  get(host: HostServices): Promise<string>;
  dispose(): void;
}

interface Cell {
  token: string | undefined;
  /** Wall clock, ms: from then on the token is to be replaced. */
  replaceAt: number;
  endsAt: number;
  exchange: Promise<void> | undefined;
}

type Keys = Pick<
  ProviderSettings,
  'vertexAuthKey' | 'vertexAuthCluster' | 'vertexRegion' | 'vertexProjectId' | 'vertexTokenRefreshAhead' | 'timeout'
>;

export function accessTokens(settings: Keys): AccessTokens {
  const account = readServiceAccount(settings.vertexAuthKey);
  const name = [settings.vertexRegion, settings.vertexProjectId, account.clientEmail, account.keyId].join('|');
  let held: Held<Cell> | undefined;
  const cellOf = (host: HostServices): Cell => {
    held ??= host.shared.hold<Cell>(
      `ai-proxy.vertex.token|${name}`,
      () => ({ token: undefined, replaceAt: 0, endsAt: 0, exchange: undefined }),
      () => undefined,
    );
    return held.value;
  };
  return {
    async get(host) {
      const cell = cellOf(host);
      if (cell.token !== undefined && host.now() < cell.replaceAt) return cell.token;
      cell.exchange ??= exchange(cell, account, settings, host).finally(() => {
        cell.exchange = undefined;
      });
      try {
        await cell.exchange;
      } catch (error) {
        const now = host.now();
        if (cell.token === undefined || now >= cell.endsAt) throw error;
        cell.replaceAt = Math.min(now + RETRY_MS, cell.endsAt);
        host.log.warn({ reason: (error as Error).message }, 'vertex access token could not be replaced in time');
      }
      return cell.token ?? '';
    },
    dispose() {
      held?.release();
      held = undefined;
    },
  };
}

async function exchange(cell: Cell, account: ServiceAccount, settings: Keys, host: HostServices): Promise<void> {
  const asked = host.now();
  const form = new URLSearchParams({ grant_type: GRANT, assertion: signedAssertion(account, asked) });
  const answer = await host.http
    .call({
      cluster: settings.vertexAuthCluster ?? '',
      method: 'POST',
      path: '/token',
      headers: { host: TOKEN_HOST, 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      timeoutMs: settings.timeout || DEFAULT_TIMEOUT_MS,
    })
    .catch((error: unknown) => {
      throw failed((error as Error).message);
    });
  const document = parseObject(answer.body.toString('utf8'));
  if (answer.status !== 200) {
    const words = [asString(document?.error), asString(document?.error_description)].filter(Boolean).join(': ');
    throw failed(`${TOKEN_HOST} answered ${answer.status}${words && `, ${words}`}`);
  }
  const token = asString(document?.access_token);
  if (!token) throw failed(`${TOKEN_HOST} answered without an access token`);
  const lifetimeS = asNumber(document?.expires_in) ?? USUAL_LIFETIME_S;
  // A token that lives no longer than the time ahead is good for half its life: it must not be asked for with every request.
  const aheadS = Math.min(settings.vertexTokenRefreshAhead, lifetimeS / 2);
  cell.token = token;
  cell.endsAt = asked + lifetimeS * 1000;
  cell.replaceAt = cell.endsAt - aheadS * 1000;
}

function failed(reason: string): TranslationError {
  return new TranslationError(`failed to get an access token: ${reason}`, 500, 'ai-proxy.vertex.load_ak_failed');
}
