/**
 * Serves and builds the engines' WebAssembly from their packages: nothing comes from elsewhere.
 *
 *     wasm/litert-VERSION/…    wasm/onnxruntime-VERSION/…
 *
 * The version in the path is what a content hash is to the other assets: it may be cached for ever.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);
const PACKAGES = [
  {
    name: 'litert',
    package: '@litertjs/core',
    folder: 'wasm',
    files: ['', 'compat_', 'threaded_'].flatMap((build) =>
      ['js', 'wasm'].map((suffix) => `litert_wasm_${build}internal.${suffix}`),
    ),
  },
  {
    name: 'onnxruntime',
    package: 'onnxruntime-web',
    folder: 'dist',
    files: ['mjs', 'wasm'].map((suffix) => `ort-wasm-simd-threaded.${suffix}`),
  },
];
const TYPES = { js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm' };

export function wasmFiles(): Plugin {
  const files = new Map(PACKAGES.flatMap(served));
  return {
    name: 'wasm-files',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const name = request.url?.slice(1).split('?')[0] ?? '';
        const path = files.get(name);
        if (!path) return next();
        response.setHeader('Content-Type', TYPES[name.split('.').pop() as keyof typeof TYPES]);
        response.end(readFileSync(path));
      });
    },
    generateBundle() {
      for (const [fileName, path] of files) {
        this.emitFile({ type: 'asset', fileName, source: readFileSync(path) });
      }
    },
  };
}

/** Address and path of a package's files. */
function served(source: (typeof PACKAGES)[number]): [string, string][] {
  const root = dirname(join(dirname(require.resolve(source.package)), '.'));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return source.files.map((file) => [
    `wasm/${source.name}-${version}/${file}`,
    join(root, source.folder, file),
  ]);
}
