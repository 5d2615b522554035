/** Installs the service worker and tells it what this window has loaded so far. */

/**
 * Make the app run without a network from now on; call it when the engine is open.
 *
 * Resolves to false where the browser has no service workers, or the page is not allowed one.
 */
export async function keepOffline(): Promise<boolean> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return false;
  try {
    await navigator.serviceWorker.register('sw.js');
    const { active } = await navigator.serviceWorker.ready;
    const scope = new URL('.', document.baseURI).href;
    const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
    active?.postMessage(loaded.filter((url) => url.startsWith(scope)));
    return true;
  } catch {
    return false; // a private window, say: the app runs as long as there is a network
  }
}
