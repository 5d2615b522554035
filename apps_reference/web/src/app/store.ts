/** One value that views watch: `set` replaces parts of it, then tells every watcher. */

export class Store<State extends object> {
  #state: State;
  readonly #watchers: ((state: State, before: State) => void)[] = [];

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  set(change: Partial<State>): void {
    const before = this.#state;
    this.#state = { ...before, ...change };
    for (const watcher of this.#watchers) watcher(this.#state, before);
  }

  /** Call `watcher` now and after every change. */
  watch(watcher: (state: State, before: State) => void): void {
    this.#watchers.push(watcher);
    watcher(this.#state, this.#state);
  }
}
