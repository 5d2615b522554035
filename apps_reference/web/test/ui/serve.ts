/** `skinseg-mobile serve` with the packaged TFLite student and a small ONNX net, for all tests. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

export const ROOT = join(import.meta.dirname, '../../../..');
export const BIN = process.env.SKINSEG_BIN ?? join(ROOT, '.venv/bin');
const PACKAGED = 'lean-isic2017';
/** A net made by hand (tests/dark.py): a lesion is what is darker than mid grey. */
const DARK = 'import sys, pathlib, tests.dark as d; d.write_dark(pathlib.Path(sys.argv[1]))';

declare module 'vitest' {
  interface ProvidedContext {
    url: string;
    dark: string;
  }
}

export interface Served {
  readonly url: string;
  readonly process: ChildProcess;
}

/** Start a server on a free port. */
export async function serve(artefacts: readonly string[], ...options: string[]): Promise<Served> {
  const command = ['serve', ...artefacts, '--port', '0', ...options];
  const child = spawn(join(BIN, 'skinseg-mobile'), command, { cwd: ROOT });
  let said = '';
  return await new Promise((resolve, reject) => {
    const collect = (chunk: Buffer) => {
      said += chunk;
      const url = said.match(/http:\S+/)?.[0];
      if (url) resolve({ url, process: child });
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('exit', () => reject(new Error(`skinseg-mobile serve ended: ${said}`)));
  });
}

export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'skinseg-ui-'));
  const dark = join(folder, 'dark');
  execFileSync(join(BIN, 'python'), ['-c', DARK, dark], { cwd: ROOT });
  const served = await serve([PACKAGED, dark]);
  project.provide('url', served.url);
  project.provide('dark', dark);
  return () => {
    served.process.kill();
    rmSync(folder, { recursive: true });
  };
}
