/** One screen at a time, named by the address; a new screen takes the focus to its heading. */

import type { App } from '../app';
import { box } from '../page';
import { SCREENS, type Screen } from '../state';

export function mountNavigation({ store, live }: App): void {
  const go = () => {
    const screen = screenOf(location.hash);
    if (store.state.live && screen !== 'photo') live.stop();
    store.set({ screen });
  };
  window.addEventListener('hashchange', go);
  go();
  store.watch((state, before) => {
    for (const name of SCREENS) show(name, name === state.screen);
    if (state.screen === before.screen) return;
    scrollTo(0, 0);
    box(`title-${state.screen}`).focus();
  });
}

function screenOf(hash: string): Screen {
  return SCREENS.find((name) => `#${name}` === hash) ?? 'photo';
}

function show(name: Screen, here: boolean): void {
  box(`screen-${name}`).hidden = !here;
  const link = document.querySelector(`nav a[href="#${name}"]`);
  if (here) link?.setAttribute('aria-current', 'page');
  else link?.removeAttribute('aria-current');
}
