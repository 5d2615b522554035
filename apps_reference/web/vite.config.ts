import { resolve } from 'node:path';
import { defaultClientConditions, defineConfig } from 'vite';
import { offline } from './plugins/offline';
import { wasmFiles } from './plugins/wasm-files.ts';

const page = (name: string) => resolve(import.meta.dirname, `${name}.html`);

export default defineConfig({
  base: './', // the folder may be served anywhere
  resolve: {
    conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions],
  },
  plugins: [wasmFiles(), offline()],
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
    outDir: '../../runtime_py/web',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    rolldownOptions: { input: [page('index'), page('engine')] },
  },
});
