/** Tells the service worker which files make the app: all that is built but WebAssembly. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';

const WORKER = 'sw.js';
const LEFT_OUT = /^(wasm\/|engine|sw\.js$)|\.map$/;

export function precache(): Plugin {
  let publicFolder = '';
  return {
    name: 'precache',
    enforce: 'post', // after vite has made the pages
    apply: 'build',
    configResolved(config) {
      publicFolder = config.publicDir;
    },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const contents = new Map<string, string | Uint8Array>(publicFiles(publicFolder));
        for (const [name, file] of Object.entries(bundle)) {
          contents.set(name, file.type === 'chunk' ? file.code : file.source);
        }
        const names = [...contents.keys()].filter((name) => !LEFT_OUT.test(name)).sort();
        const hash = createHash('sha256');
        for (const name of names) hash.update(name).update(contents.get(name) ?? '');
        const files = names.map((name) => (name === 'index.html' ? './' : name));
        const worker = bundle[WORKER];
        if (worker?.type !== 'chunk') throw new Error(`${WORKER} must be built`);
        const list = JSON.stringify({ files, version: hash.digest('hex').slice(0, 16) });
        worker.code = worker.code.replaceAll('__PRECACHE__', list);
      },
    },
  };
}

/** Name and content of what vite copies as it is. */
function publicFiles(folder: string): [string, Uint8Array][] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [relative(folder, path).replaceAll(sep, '/'), readFileSync(path)]);
}
