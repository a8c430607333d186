/** Started by `issuing.ts`: makes the certificates that it is asked for, one after the other, and ends when it is let go. */
import { createAuthority, issue } from './authority.ts';
import type { IssuingAnswer, IssuingRequest } from './issuing.ts';

process.on('message', (request: IssuingRequest) => {
  const made =
    request.kind === 'authority'
      ? createAuthority(request.commonName, request.days)
      : issue(request.authority, request.leaf);
  made.then(
    (identity) => answer({ identity }),
    (error: unknown) => answer({ error: error instanceof Error ? error.message : String(error) }),
  );
});

function answer(text: IssuingAnswer): void {
  process.send?.(text);
}
