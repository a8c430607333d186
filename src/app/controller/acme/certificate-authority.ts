/** One certificate from a CA that speaks ACME (RFC 8555), by HTTP-01. */
import type * as Acme from 'acme-client';
import { SecretText } from '#lib/secret.ts';

export interface IssueOptions {
  readonly directoryUrl: string;
  /** PEM. */
  readonly accountKey: SecretText;
  readonly email: string;
  readonly domain: string;
  /** Makes the answer reachable; the CA comes for it afterwards. */
  readonly present: (token: string, keyAuthorization: string) => Promise<void>;
  readonly withdraw: (token: string) => Promise<void>;
}

export interface Issued {
  /** PEM, leaf first. */
  readonly chain: string;
  readonly key: SecretText;
}

const TIMEOUT_MS = 30_000;
/** How often, and with which pauses, the CA is asked whether it is done. */
const POLL = { backoffAttempts: 20, backoffMin: 1_000, backoffMax: 15_000 };

const TOO_MANY = 429;

/** The CA wants to be left alone for a while. */
export class TooManyRequests extends Error {
  readonly pauseMs: number;

  constructor(message: string, pauseMs: number) {
    super(message);
    this.name = 'TooManyRequests';
    this.pauseMs = pauseMs;
  }
}

let loaded: Promise<typeof Acme> | undefined;

/** Rejects with what the CA said. */
export async function issue(options: IssueOptions): Promise<Issued> {
  loaded ??= load();
  const acme = await loaded;
  const { directoryUrl, accountKey, email, domain, present, withdraw } = options;
  const client = new acme.Client({ directoryUrl, accountKey: accountKey.reveal(), ...POLL });
  // An account that exists is only told the address.
  await client.createAccount({ termsOfServiceAgreed: true, contact: [`mailto:${email}`] });
  const [key, csr] = await acme.crypto.createCsr(
    { altNames: [domain] },
    await acme.crypto.createPrivateEcdsaKey('P-256'),
  );
  const chain = await client.auto({
    csr,
    // The CA is the one who must reach it; from in here the host may be out of reach.
    skipChallengeVerification: true,
    challengePriority: ['http-01'],
    challengeCreateFn: async (_authorization, { type, token }, keyAuthorization) => {
      if (type !== 'http-01') throw new Error('the CA offers no HTTP-01 challenge');
      await present(token, keyAuthorization);
    },
    challengeRemoveFn: (_authorization, { token }) => withdraw(token),
  });
  return { chain, key: new SecretText(key.toString()) };
}

/** Most controllers never ask a CA, so they need not hold the library in memory. */
async function load(): Promise<typeof Acme> {
  const acme = await import('acme-client');
  acme.axios.defaults.timeout = TIMEOUT_MS;
  // In the place of the library's own tries: pauses are ours and longer, and a CA that cannot be reached is told so.
  const { response } = acme.axios.interceptors;
  response.clear();
  response.use(null, (error: AnswerError) => {
    if (error.response === undefined) throw new Error(`${error.config?.url} cannot be reached: ${told(error)}`);
    const { status, headers, data } = error.response;
    if (status !== TOO_MANY) return error.response;
    const seconds = Number(headers['retry-after'] ?? 0);
    throw new TooManyRequests(data?.detail ?? 'too many requests', Number.isFinite(seconds) ? seconds * 1000 : 0);
  });
  return acme;
}

interface AnswerError extends Error {
  readonly code?: string;
  readonly config?: { readonly url?: string };
  readonly response?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly data?: { readonly detail?: string };
  };
}

/** Node leaves the message of a refused connection empty when it tried several addresses. */
function told({ message, code }: AnswerError): string {
  return message || (code ?? 'no answer');
}
