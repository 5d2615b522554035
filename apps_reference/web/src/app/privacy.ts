/** Counts what would break the promise that nothing leaves this device. */

import type { State } from './state';
import type { Store } from './store';

export function watchPrivacy(store: Store<State>): void {
  new PerformanceObserver((list) => {
    const strayed = list.getEntries().filter(({ name }) => leaves(name)).length;
    if (strayed > 0) store.set({ strayed: store.state.strayed + strayed });
  }).observe({ type: 'resource', buffered: true });
  document.addEventListener('securitypolicyviolation', () => {
    store.set({ blocked: store.state.blocked + 1 });
  });
}

/** blob: and data: addresses name what is in this page already. */
function leaves(address: string): boolean {
  const { origin, protocol } = new URL(address, location.href);
  return origin !== location.origin && protocol.startsWith('http');
}
