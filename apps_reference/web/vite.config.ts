import { resolve } from 'node:path';
import { defaultClientConditions, defineConfig } from 'vite';
import { precache } from './plugins/precache.ts';
import { wasmFiles } from './plugins/wasm-files.ts';
import { wat } from './plugins/wat.ts';

const page = (file: string) => resolve(import.meta.dirname, file);

export default defineConfig({
  base: './', // the folder may be served anywhere
  resolve: {
    conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions],
  },
  plugins: [wat(), wasmFiles(), precache()],
  worker: { plugins: () => [wat()] },
  server: {
    headers: {
      // threads need an isolated page
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
    // `npm run dev` takes its artefacts from `skinseg-mobile serve --port 8000`
    proxy: { '/artefacts': 'http://localhost:8000' },
  },
  build: {
    target: 'es2023',
    outDir: '../../runtime_py/web/app',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    license: { fileName: 'licences.md' },
    rolldownOptions: {
      input: {
        index: page('index.html'),
        engine: page('engine.html'),
        sw: page('src/offline/worker.ts'),
      },
      // a service worker's address is its identity: it has no hash
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
