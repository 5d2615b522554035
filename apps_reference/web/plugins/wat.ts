/** Assembles WebAssembly text: `import bytes from './module.wat'`. */

import type { Plugin } from 'vite';
import wabt from 'wabt';

export function wat(): Plugin {
  return {
    name: 'wat',
    async transform(code, id) {
      if (!id.endsWith('.wat')) return null;
      const { buffer } = (await wabt()).parseWat(id, code, { simd: true }).toBinary({});
      return { code: `export default Uint8Array.of(${buffer})`, moduleType: 'js', map: null };
    },
  };
}
