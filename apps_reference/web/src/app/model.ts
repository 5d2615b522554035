/** `artefacts.json` -> the artefact that is chosen, checked, and open in an engine. */

import { type Artefact, loadArtefact } from '../core/artefact';
import type { Engine } from '../core/engine';
import { openEngine } from '../engines';
import { ProblemError } from './problem';

/** One line of `artefacts.json`. */
export interface Listed {
  readonly base: string;
  readonly name: string;
  readonly target: string;
  readonly precision: string;
}

export interface Choice {
  /** Folder of the artefact; null is the one that `preferredOf` takes. */
  readonly base: string | null;
  readonly threads: number;
  readonly webgpu: boolean;
}

export interface Model {
  readonly artefact: Artefact;
  readonly engine: Engine;
  /** All that the manifest says, also what the net can run without. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** More do not make a small net faster. */
const MOST_THREADS = 4;

/** Threads need a page that is isolated from other origins. */
export function mostThreads(): number {
  return crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, MOST_THREADS) : 1;
}

export async function listed(): Promise<readonly Listed[]> {
  const response = await fetch('artefacts.json').catch(() => null);
  const artefacts: Listed[] = response?.ok ? await response.json() : [];
  if (artefacts.length === 0) throw new ProblemError({ code: 'no-artefact', details: {} });
  return artefacts;
}

/** LiteRT.js where there is a TFLite file: the same kernels as on Android, and faster. */
export function preferredOf(artefacts: readonly Listed[], base: string | null): Listed {
  const found =
    artefacts.find((one) => one.base === base) ??
    artefacts.find((one) => one.target === 'tflite') ??
    artefacts[0];
  if (!found) throw new ProblemError({ code: 'no-artefact', details: {} });
  return found;
}

/** @throws AppError the artefact is not the sealed one, or does not run here. */
export async function openModel({ base }: Listed, choice: Choice): Promise<Model> {
  let facts = {};
  const artefact = await loadArtefact(base, async (url) => {
    const response = await fetch(url);
    if (url.endsWith('manifest.json'))
      facts = await response
        .clone()
        .json()
        .catch(() => ({}));
    return response;
  });
  const engine = await openEngine(artefact, choice);
  return { artefact, engine, facts };
}
