/** The sentence that says what went wrong and what to do. */

import type { App } from '../app';
import { sentence } from '../language';
import { box, button, say } from '../page';

export function mountProblem({ store }: App): void {
  button('problem-close').addEventListener('click', () => store.set({ problem: null }));
  store.watch(({ problem }) => {
    say(box('problem-text'), problem ? sentence(problem) : '');
    box('problem').hidden = !problem;
  });
}
