/** Before and after on one stage: the photograph without its mask, or an earlier photograph. */

import type { App } from '../app';
import { percent, t } from '../language';
import { announce, box, button, choose, onChoice, say } from '../page';
import type { State } from '../state';
import { millimetresText, trueSize } from './result';

export function mountCompare({ store }: App): void {
  onChoice('left', (left) => store.set({ left: left as State['left'] }));
  button('keep').addEventListener('click', () => {
    const { shown, marked } = store.state;
    if (!shown || !marked) return;
    const before = { shown, marked, squareMillimetres: trueSize(store.state) };
    store.set({ before, left: 'before' });
    announce(t('compare.kept'));
  });
  button('forget').addEventListener('click', () => store.set({ before: null, left: 'plain' }));
  button('tool-compare').addEventListener('click', () => {
    store.set({ panel: store.state.panel === 'compare' ? null : 'compare' });
  });
  store.watch((state) => {
    const open = state.panel === 'compare';
    box('compare').hidden = !open;
    button('tool-compare').ariaExpanded = `${open}`;
    choose('left', state.left);
    for (const radio of document.querySelectorAll<HTMLInputElement>('input[value="before"]')) {
      radio.disabled = !state.before;
    }
    button('forget').hidden = !state.before;
    say(box('change'), changeOf(state));
  });
}

function changeOf(state: State): string {
  const { before, marked } = state;
  if (!before) return t('compare.none');
  if (!marked || before.marked === marked) return t('compare.kept');
  const [then, now] = [before.squareMillimetres, trueSize(state)];
  if (then !== null && now !== null) {
    return t('compare.change', { before: millimetresText(then), now: millimetresText(now) });
  }
  return t('compare.change', {
    before: percent(before.marked.share),
    now: percent(marked.share),
  });
}
