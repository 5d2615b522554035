/**
 * Builds the service worker and tells it which files the app consists of.
 *
 * The engines' WebAssembly is left out: the page asks for the one build of it that it runs.
 */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const WORKER = 'sw.js';
const LEFT_OUT = /^(wasm\/|engine\.html|sw\.js)/;

export function offline(): Plugin {
  let folder = '';
  return {
    name: 'offline',
    apply: 'build',
    configResolved({ publicDir }) {
      folder = publicDir;
    },
    buildStart() {
      this.emitFile({ type: 'chunk', id: 'src/app/service-worker.ts', fileName: WORKER });
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle[WORKER];
        if (worker?.type !== 'chunk') throw new Error(`the build must have a ${WORKER}`);
        const files = publicFiles(folder);
        for (const [name, file] of Object.entries(bundle)) {
          if (!LEFT_OUT.test(name))
            files.set(name, file.type === 'chunk' ? file.code : file.source);
        }
        worker.code = `${constants(files)}\n${worker.code}`;
      },
    },
  };
}

type Files = Map<string, string | Uint8Array>;

function publicFiles(folder: string): Files {
  const names = readdirSync(folder, { encoding: 'utf8', recursive: true }).filter(isFile);
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
}

const isFile = (name: string) => name.includes('.');

/** The worker's FILES, and a VERSION that another build does not share. */
function constants(files: Files): string {
  const names = [...files.keys()].sort();
  const hash = createHash('sha256');
  for (const name of names) hash.update(name).update(files.get(name) ?? '');
  const addresses = JSON.stringify(['./', ...names.filter((name) => name !== 'index.html')]);
  return `const FILES = ${addresses}, VERSION = 'skinseg-${hash.digest('hex').slice(0, 12)}';`;
}
