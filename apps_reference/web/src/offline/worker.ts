/**
 * The service worker: the app without a network.
 *
 *     the app's own files     kept when it is installed; read from the cache
 *     wasm/NAME-VERSION/      kept when used; read from the cache, a version never changes
 *     artefacts, artefacts.json   read from the network, so that another model is seen at once,
 *                             and from the cache where there is none
 *
 * A new version waits until every window of the old one is closed: no window ever mixes the two.
 */

const worker = globalThis as unknown as ServiceWorkerGlobalScope;

/** Put in by plugins/precache.ts: addresses below the app's, and a hash of what lies there. */
declare const __PRECACHE__: { readonly files: readonly string[]; readonly version: string };

const APP = `app-${__PRECACHE__.version}`;
const USED = 'used';
const LENIENT = { ignoreVary: true, ignoreSearch: true };

worker.addEventListener('install', (event) => {
  event.waitUntil(caches.open(APP).then((cache) => cache.addAll([...__PRECACHE__.files])));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(removeOld().then(() => worker.clients.claim()));
});

worker.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method !== 'GET' || !url.startsWith(worker.registration.scope)) return;
  const address = url.slice(worker.registration.scope.length);
  const answer = address.startsWith('artefacts') ? fromNetwork : fromCache;
  event.respondWith(answer(event.request));
});

/** The first window loads before this worker runs; it says what it has loaded. */
worker.addEventListener('message', (event) => {
  const urls = event.data as readonly string[];
  const all = Promise.all(urls.map((url) => stored(new Request(url))));
  event.waitUntil(all.then((done) => event.ports[0]?.postMessage(done.every(Boolean))));
});

async function fromCache(request: Request): Promise<Response> {
  return (await caches.match(request, LENIENT)) ?? loaded(request);
}

async function fromNetwork(request: Request): Promise<Response> {
  try {
    return await loaded(request);
  } catch (error) {
    const found = await caches.match(request, LENIENT);
    if (found) return found;
    throw error;
  }
}

async function loaded(request: Request): Promise<Response> {
  const response = await fetch(request);
  await kept(request, response);
  return response;
}

/** Whether it lies in a cache, now if not before. */
async function stored(request: Request): Promise<boolean> {
  if (await caches.match(request, LENIENT)) return true;
  return fetch(request).then(
    (response) => kept(request, response),
    () => false,
  );
}

/** Keep a good response as far as the browser has room. */
async function kept(request: Request, response: Response): Promise<boolean> {
  if (!response.ok) return false;
  const cache = await caches.open(USED);
  const copy = response.clone();
  return cache.put(request, copy).then(
    () => true,
    () => false,
  );
}

/** Other versions of the app, and the engines that came with them. */
async function removeOld(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith('app-') && name !== APP);
  if (names.length) names.push(USED);
  await Promise.all(names.map((name) => caches.delete(name)));
}
