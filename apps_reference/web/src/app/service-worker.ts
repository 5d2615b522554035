/**
 * Serves the app when its server cannot: hashed files from the store, all else from the server
 * first, so that a swapped model folder is seen at once.
 */

interface Waits extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetches extends Waits {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Asked extends Waits {
  readonly data: { readonly addresses: readonly string[] };
  readonly ports: readonly MessagePort[];
}
interface WorkerScope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener<E extends Event>(name: string, listener: (event: E) => void): void;
}

/** Written by plugins/offline.ts: the files of this build, and a hash of their names. */
declare const FILES: readonly string[];
declare const VERSION: string;

const scope = self as unknown as WorkerScope;
const HASHED = /\/(assets|wasm)\//;

scope.addEventListener<Waits>('install', (event) => {
  event.waitUntil(keep(FILES).then(() => scope.skipWaiting()));
});

scope.addEventListener<Waits>('activate', (event) => {
  event.waitUntil(forgetOthers().then(() => scope.clients.claim()));
});

scope.addEventListener<Asked>('message', (event) => {
  const answer = (failure: string | null) => event.ports[0]?.postMessage(failure);
  const work = keep(event.data.addresses);
  event.waitUntil(
    work.then(
      () => answer(null),
      (error) => answer(`${error}`),
    ),
  );
});

scope.addEventListener<Fetches>('fetch', (event) => {
  const { request } = event;
  const here = new URL(request.url).origin === scope.location.origin;
  if (here && request.method === 'GET') event.respondWith(respond(request));
});

async function respond(request: Request): Promise<Response> {
  const store = await caches.open(VERSION);
  const find = () => store.match(request, { ignoreVary: true, ignoreSearch: true });
  if (HASHED.test(request.url)) {
    const found = await find();
    if (found) return found;
  }
  try {
    const response = await fetch(request);
    if (response.ok) await store.put(request, response.clone());
    return response;
  } catch (error) {
    const found = (await find()) ?? (request.mode === 'navigate' ? await store.match('./') : null);
    if (found) return found;
    throw error;
  }
}

/** Store addresses; those of hashed files only once. */
async function keep(addresses: readonly string[]): Promise<void> {
  const store = await caches.open(VERSION);
  await Promise.all(
    addresses.map(async (address) => {
      const known = HASHED.test(address) && (await store.match(address, { ignoreVary: true }));
      if (!known) await store.add(address);
    }),
  );
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== VERSION).map((name) => caches.delete(name)));
}
