/** Stores all that the app has loaded, so that it starts again without a server. */

import { goldenImages } from './golden';
import type { Model } from './model';
import type { State } from './state';
import type { Store } from './store';

/** Register the worker; where there is none, or no storage, the app works online only. */
export async function keepOffline(store: Store<State>, model: Model): Promise<void> {
  try {
    const { active } = await registered();
    await keep(active, [...loaded(), ...(await goldenOf(model))]);
    store.set({ offline: 'ready' });
  } catch {
    store.set({ offline: 'none' });
  }
}

async function registered(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register('sw.js');
  return await navigator.serviceWorker.ready;
}

/** Ask the worker to store these addresses; it answers when it has. */
function keep(worker: ServiceWorker | null, addresses: readonly string[]): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => (data === null ? resolve() : reject(new Error(data)));
    worker?.postMessage({ addresses }, [port2]);
  });
}

function loaded(): string[] {
  return performance
    .getEntriesByType('resource')
    .map(({ name }) => name)
    .filter((name) => name.startsWith(new URL('.', location.href).href));
}

async function goldenOf({ artefact }: Model): Promise<string[]> {
  const { ids } = await goldenImages(artefact);
  return ids.map((id) => new URL(`${artefact.base}golden/${id}.png`, location.href).href);
}
