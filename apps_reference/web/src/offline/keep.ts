/** Installs the service worker and hands it what this window has loaded so far. */

/**
 * Make the app run without a network from now on; call it when the engine is open.
 *
 * Resolves to true when everything is stored, and to false where the browser has no service
 * workers, gives this page no storage, or is out of it.
 */
export async function keepOffline(): Promise<boolean> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return false;
  try {
    const registration = await navigator.serviceWorker.register('sw.js');
    const ready = navigator.serviceWorker.ready.then(({ active }) => active);
    const worker = await Promise.race([ready, failed(registration.installing)]);
    return worker !== null && (await stored(worker, loaded()));
  } catch {
    return false; // a private window, say: the app runs as long as there is a network
  }
}

/** Null once the worker could not store the app's own files. */
function failed(worker: ServiceWorker | null): Promise<null> {
  return new Promise((resolve) => {
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'redundant') resolve(null);
    });
  });
}

/** What came from below the app's address: engine and model among it. */
function loaded(): readonly string[] {
  const scope = new URL('.', document.baseURI).href;
  const entries = performance.getEntriesByType('resource');
  return entries.map(({ name }) => name).filter((url) => url.startsWith(scope));
}

function stored(worker: ServiceWorker, urls: readonly string[]): Promise<boolean> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data === true);
    worker.postMessage(urls, [port2]);
  });
}
