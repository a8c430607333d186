/** Started by `issuing.ts`: makes the certificates that it is asked for, one after the other, and ends when it is let go. */
import { keepCompiledCode } from '#lib/compile-cache.ts';
import type { Identity } from './authority.ts';
import type { IssuingAnswer, IssuingRequest } from './issuing.ts';

keepCompiledCode();

process.on('message', (request: IssuingRequest) => {
  make(request).then(
    (identity) => answer({ identity }),
    (error: unknown) => answer({ error: error instanceof Error ? error.message : String(error) }),
  );
});

async function make(request: IssuingRequest): Promise<Identity> {
  const { createAuthority, issue } = await import('./authority.ts');
  return request.kind === 'authority'
    ? createAuthority(request.commonName, request.days)
    : issue(request.authority, request.leaf);
}

function answer(text: IssuingAnswer): void {
  process.send?.(text);
}
