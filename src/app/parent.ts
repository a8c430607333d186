/** A child process of the supervisor ends itself when the supervisor is gone, however that died. */
export function endWithParent(stop: () => Promise<void>): void {
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    void stop().finally(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  if (process.send === undefined) {
    process.on('SIGINT', end);
    return;
  }
  // Ctrl-C reaches the whole group; the supervisor ends its children in order, so they leave that signal to it.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', end);
}
