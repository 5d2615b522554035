/** Keeps all that the app needs to start again without a server, and says when that is done. */

import { keepOffline } from '../offline/keep';
import { goldenImages } from './golden';
import type { Model } from './model';
import type { State } from './state';
import type { Store } from './store';

/** Where a browser gives no storage, the app works as long as its server does. */
export async function prepareOffline(store: Store<State>, model: Model): Promise<void> {
  await loadGolden(model).catch(() => undefined); // without them only the self-test needs a server
  store.set({ offline: (await keepOffline()) ? 'ready' : 'none' });
}

async function loadGolden({ artefact }: Model): Promise<void> {
  const golden = await goldenImages(artefact);
  for (const id of golden.ids) await golden.file(id);
}
