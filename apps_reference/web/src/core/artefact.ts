/**
 * Loads an artefact folder and proves that it is the one that was sealed, before anything runs.
 *
 *     manifest.sha256 -> manifest.json (and manifest.sig) -> size and SHA-256 of the model
 */

import { sha256 } from './bytes';
import { AppError, reasonOf } from './errors';
import { type Manifest, MODEL_FILE, parseManifest } from './manifest';

const SEALED = ['manifest.json', 'manifest.sig'];

export interface Artefact {
  readonly manifest: Manifest;
  /** The model file, whole and checked. */
  readonly model: Uint8Array<ArrayBuffer>;
  /** Address of the folder, with a slash at its end. */
  readonly base: string;
}

export type Fetcher = (url: string) => Promise<Response>;

/**
 * Load the artefact that is served at `base`.
 *
 * @throws AppError unreachable, damaged, tampered with, or not for this app.
 */
export async function loadArtefact(
  base: string,
  fetcher: Fetcher = (url) => fetch(url),
): Promise<Artefact> {
  const get = (file: string) => load(base + file, fetcher);
  const sealed = await checkSeal(await get('manifest.sha256'), get);
  const manifest = parseManifest(parsed(sealed));
  const file = MODEL_FILE[manifest.target];
  const model = await get(file);
  if (model.length !== manifest.model_bytes || (await sha256(model)) !== manifest.model_sha256) {
    throw new AppError('artefact-tampered', { file });
  }
  return { manifest, model, base };
}

/** Compare the sealed files with the lines of `sha256sum`; return the manifest's bytes. */
async function checkSeal(
  seal: Uint8Array,
  get: (file: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array> {
  const lines = new TextDecoder().decode(seal).split('\n');
  if (lines.pop() !== '' || lines.length < 1 || lines.length > SEALED.length) throw brokenSeal();
  const contents = await Promise.all(
    lines.map(async (line, at) => {
      const file = SEALED[at] as string;
      const content = await get(file);
      if (line !== `${await sha256(content)}  ${file}`) {
        throw new AppError('artefact-tampered', { file });
      }
      return content;
    }),
  );
  return contents[0] as Uint8Array;
}

async function load(url: string, fetcher: Fetcher): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetcher(url);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new AppError('unreachable', { url, reason: reasonOf(error) });
  }
}

function parsed(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(content));
  } catch (error) {
    throw new AppError('artefact-damaged', { file: 'manifest.json', reason: reasonOf(error) });
  }
}

function brokenSeal(): AppError {
  return new AppError('artefact-damaged', { file: 'manifest.sha256', reason: 'it is no seal' });
}
