/**
 * Sums bytes along columns with WebAssembly's SIMD: most of the work of making a photograph small.
 *
 * Each row is copied once to the module's memory, where a ring as long as the filter holds it.
 */

import module from './columns.wat';
import type { Taps } from './taps';

/** The module's weights are signed 16-bit numbers: an axis that shrinks by less than half has larger ones. */
const MOST = 2 ** 15 - 1;
const PAIR = 12; // bytes of two addresses and two weights
const PAGE = 65536;
const ALIGNED = 16;

interface Columns {
  readonly memory: WebAssembly.Memory;
  sum(table: number, pairs: number, length: number, out: number): void;
}

let columns: Columns | null = null;

export function fitsColumns({ weight }: Taps): boolean {
  return weight.every((value) => value <= MOST);
}

/** Give `write` the weighed sums of each target row: below 2^24. */
export function eachColumnsRow(
  data: Uint8Array,
  length: number,
  { count, first, weight }: Taps,
  write: (y: number, row: Int32Array) => void,
): void {
  columns ??= new WebAssembly.Instance(new WebAssembly.Module(module))
    .exports as unknown as Columns;
  const rows = data.length / length;
  const pairs = Math.ceil(count / 2);
  const stride = aligned(length);
  const out = aligned(pairs * PAIR);
  const ring = out + 4 * stride;
  const memory = grown(columns.memory, ring + count * stride);
  const bytes = new Uint8Array(memory);
  const table = new Uint32Array(memory, 0, pairs * 3);
  const sums = new Int32Array(memory, out, length);
  const address = (row: number) => ring + (row % count) * stride;
  let copied = 0;
  for (let y = 0; y < first.length; y++) {
    const start = first[y] as number;
    for (copied = Math.max(copied, start); copied < Math.min(start + count, rows); copied++) {
      bytes.set(data.subarray(copied * length, (copied + 1) * length), address(copied));
    }
    for (let tap = 0, at = 0; tap < count; tap += 2) {
      const second = tap + 1 < count ? (weight[y * count + tap + 1] as number) : 0;
      table[at++] = address(start + tap);
      table[at++] = address(start + tap + 1); // beyond the last row, whatever is there weighs 0
      table[at++] = (weight[y * count + tap] as number) | (second << 16);
    }
    columns.sum(0, pairs, stride, out);
    write(y, sums);
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNED) * ALIGNED;
}

function grown(memory: WebAssembly.Memory, bytes: number): ArrayBuffer {
  const lacking = Math.ceil((bytes - memory.buffer.byteLength) / PAGE);
  if (lacking > 0) memory.grow(lacking);
  return memory.buffer;
}
