// What every test file runs in. It must leave nothing open: a server, process, socket, watcher or timer that would still keep Node alive when the file's tests
// and hooks are over fails the file, and so does a rejection that nobody handled, however late it comes. Plain JavaScript: jest loads it as it is.
import { TestEnvironment } from 'jest-environment-node';

/** How long what is being closed may take to be gone, on a busy machine. */
const PATIENCE_MS = 5_000;

export default class TidyEnvironment extends TestEnvironment {
  #patienceMs;
  #before = { counts: new Map(), handles: [] };
  #rejections = new Map();

  constructor(config, context) {
    super(config, context);
    this.#patienceMs = config.projectConfig.testEnvironmentOptions.patienceMs ?? PATIENCE_MS;
  }

  async setup() {
    await super.setup();
    // Made when they are first asked for: a warning within a test would make one.
    void [process.stdout, process.stderr];
    this.#before = { counts: counted(), handles: process._getActiveHandles() };
  }

  async handleTestEvent(event, state) {
    if (event.name === 'error' && event.promise) this.#rejections.set(event.promise, event.error);
    if (event.name === 'error_handled') this.#rejections.delete(event.promise);
    if (event.name !== 'run_finish') return;
    const left = await this.#leftInTheEnd();
    if (left !== undefined) state.unhandledErrors.push(told(left));
    // Jest itself tells of those that come while the tests run; these came later.
    const errorsOfTests = testsOf(state.rootDescribeBlock).map(({ errors }) => errors);
    const known = new Set([state.unhandledErrors, ...errorsOfTests].flat(2));
    state.unhandledErrors.push(...this.#rejections.values().filter((error) => !known.has(error)));
  }

  /** Undefined when all is closed. */
  async #leftInTheEnd() {
    const end = Date.now() + this.#patienceMs;
    for (;;) {
      const left = [...counted()].flatMap(([type, count]) => {
        const more = count - (this.#before.counts.get(type) ?? 0);
        return more > 0 ? [`${more} ${type}`] : [];
      });
      if (left.length === 0) return undefined;
      if (Date.now() > end) return [`left open: ${left.join(', ')}`, ...this.#handles()].join('\n  ');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** What is known of those that are handles; timers are not. */
  #handles() {
    return process
      ._getActiveHandles()
      .filter((handle) => !this.#before.handles.includes(handle))
      .map((handle) => `${handle.constructor.name} ${JSON.stringify(handle.spawnargs ?? handle.address?.() ?? {})}`);
  }
}

/** How many there are of each kind that keep Node alive. */
function counted() {
  const counts = new Map();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

function testsOf(block) {
  return block.children.flatMap((child) => (child.type === 'test' ? [child] : testsOf(child)));
}

function told(message) {
  const error = new Error(`${message}\njest's --detectOpenHandles may tell where it was made`);
  error.stack = error.message;
  return error;
}
