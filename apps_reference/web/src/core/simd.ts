/** Whether this browser runs WebAssembly with SIMD, without which no engine loads. */

/** A function that makes an i8x16 of an i32 and takes a lane of it. */
const MODULE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
];

export function hasSimd(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(Uint8Array.from(MODULE));
}
