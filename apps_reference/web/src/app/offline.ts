/** Keeps all that the app needs to start again without a server, and says when that is done. */

import { keepOffline } from '../offline/keep';
import { goldenImages } from './golden';
import type { Model } from './model';
import type { State } from './state';
import type { Store } from './store';

const GLANCE = 250;
const PATIENCE = 60_000;

/** Where a browser has no service workers or no storage, the app works as long as its server. */
export async function prepareOffline(store: Store<State>, model: Model): Promise<void> {
  const started = await keepOffline();
  const kept = started && (await everything(model).catch(() => false));
  store.set({ offline: kept ? 'ready' : 'none' });
}

/** Load the golden pictures, too, and wait until the service worker has kept what was loaded. */
async function everything({ artefact }: Model): Promise<boolean> {
  const inCharge = () => navigator.serviceWorker.controller !== null;
  if (!(await comesTrue(inCharge))) return false;
  const golden = await goldenImages(artefact);
  for (const id of golden.ids) await golden.file(id);
  const needed = performance.getEntriesByType('resource').map(({ name }) => name);
  return await comesTrue(() => allKept(needed));
}

async function comesTrue(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await pause()) {
    if (await holds()) return true;
  }
  return false;
}

async function allKept(addresses: readonly string[]): Promise<boolean> {
  for (const address of addresses)
    if (!(await caches.match(address, { ignoreVary: true }))) return false;
  return true;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, GLANCE));
}
