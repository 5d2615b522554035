/**
 * A page without a face: answers one question after another with the app's own core and engines.
 *
 *     engine.html?threads=1&jobs=jobs/SECRET/
 *
 * `skinseg-mobile parity --engine litert-web` opens it in a browser without a window.
 */

import { loadArtefact } from '../core/artefact';
import { fromLittleEndian, littleEndian } from '../core/bytes';
import type { Engine } from '../core/engine';
import { AppError, reasonOf } from '../core/errors';
import type { Manifest } from '../core/manifest';
import { openEngine } from '../engines';
import { answerPhoto } from './answer-photo';

type Content = string | Uint8Array<ArrayBuffer>;

const query = new URLSearchParams(location.search);
const jobs = query.get('jobs') ?? 'jobs/';

async function run(): Promise<void> {
  const artefact = await loadArtefact('artefacts/0/');
  const engine = await openEngine(artefact, {
    threads: Number(query.get('threads') ?? 1),
    webgpu: query.get('webgpu') === 'True',
  });
  const { runtime, delegate } = engine;
  await post(
    'ready',
    JSON.stringify({ runtime, delegate, browser: browserName(), isolated: crossOriginIsolated }),
  );
  for (;;) {
    const response = await fetch(`${jobs}next`);
    if (response.status === 204) continue; // no question yet
    const question = await response.blob();
    await answer(question, engine, artefact.manifest).then(
      (content) => post('answer', content),
      (error) => post('error', reasonOf(error)),
    );
  }
}

async function answer(question: Blob, engine: Engine, manifest: Manifest): Promise<Content> {
  if (question.type.startsWith('image/')) {
    return JSON.stringify(await answerPhoto(question, engine, manifest));
  }
  return littleEndian(await engine.run(fromLittleEndian(await question.arrayBuffer())));
}

async function post(kind: string, body: Content): Promise<void> {
  await fetch(jobs + kind, { method: 'POST', body });
}

/** "Chrome 140.0.0.0", from the words that every browser sends. */
function browserName(): string {
  const found = /(Firefox|Chrome)\/([\d.]+)/.exec(navigator.userAgent);
  return found ? `${found[1]} ${found[2]}` : 'another browser';
}

/** A sound model that this app does not run is no error of whoever asked. */
function kindOf(error: unknown): string {
  const unsupported = error instanceof AppError && error.code === 'artefact-unsupported';
  return unsupported ? 'unsupported' : 'error';
}

run().catch((error) => post(kindOf(error), reasonOf(error)));
