import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Fetcher, loadArtefact } from '../src/core/artefact';
import { sha256 } from '../src/core/bytes';
import { AppError, type ErrorCode } from '../src/core/errors';
import { parseManifest, sideOf } from '../src/core/manifest';
import { PACKAGED } from './vectors';

const FILES = ['manifest.json', 'manifest.sha256', 'model.tflite'];
type Folder = Record<string, Uint8Array<ArrayBuffer>>;

function packaged(): Folder {
  return Object.fromEntries(
    FILES.map((file) => [file, new Uint8Array(readFileSync(join(PACKAGED, file)))]),
  );
}

function serving(folder: Folder): Fetcher {
  return async (url) => {
    const content = folder[url.replace('here/', '')];
    return new Response(content ?? null, { status: content ? 200 : 404 });
  };
}

function json(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(PACKAGED, 'manifest.json'), 'utf8'));
}

const text = (content: string) => new TextEncoder().encode(content);

async function sealed(changes: object): Promise<Folder> {
  const manifest = text(JSON.stringify({ ...json(), ...changes }));
  const seal = text(`${await sha256(manifest)}  manifest.json\n`);
  return { ...packaged(), 'manifest.json': manifest, 'manifest.sha256': seal };
}

async function codeOf(folder: Folder): Promise<ErrorCode> {
  const error = await loadArtefact('here/', serving(folder)).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect(error.message).not.toMatch(/[{}]/);
  return error.code;
}

test('the packaged artefact loads', async () => {
  const { manifest, model } = await loadArtefact('here/', serving(packaged()));
  expect(manifest.name).toBe('lean-isic2017');
  expect(sideOf(manifest.input)).toEqual([192, 192]);
  expect(model.length).toBe(manifest.model_bytes);
});

describe('one changed byte is found', () => {
  test.each(FILES)('in %s', async (file) => {
    const folder = packaged();
    const content = folder[file] as Uint8Array;
    content[content.length >> 1] = (content[content.length >> 1] as number) ^ 1;
    expect(await codeOf(folder)).toBe('artefact-tampered');
  });
});

test.each(FILES)('a folder without %s', async (file) => {
  const { [file]: _, ...rest } = packaged();
  expect(await codeOf(rest)).toBe('unreachable');
});

test('a signature is part of the seal', async () => {
  const { 'manifest.json': manifest, ...rest } = packaged();
  const signature = text('any signature');
  const lines = [
    `${await sha256(manifest as Uint8Array<ArrayBuffer>)}  manifest.json`,
    `${await sha256(signature)}  manifest.sig`,
  ];
  const seal = text(`${lines.join('\n')}\n`);
  const folder = { ...packaged(), 'manifest.sha256': seal, 'manifest.sig': signature };
  await expect(loadArtefact('here/', serving(folder))).resolves.toBeTruthy();
  expect(await codeOf({ ...folder, 'manifest.sig': text('another') })).toBe('artefact-tampered');
  expect(await codeOf({ ...rest, ...packaged(), 'manifest.sha256': text('') })).toBe(
    'artefact-damaged',
  );
});

test.each<[object, ErrorCode]>([
  [{ format: 3 }, 'artefact-format'],
  [{ target: 'coreml' }, 'artefact-unsupported'],
  [{ resize: 'bilinear' }, 'artefact-unsupported'],
  [{ colour: 'BGR' }, 'artefact-unsupported'],
  [{ threshold: 1 }, 'artefact-damaged'],
  [{ threshold: '0.5' }, 'artefact-damaged'],
  [{ name: '' }, 'artefact-damaged'],
  [{ model_sha256: 'x' }, 'artefact-damaged'],
  [{ model_bytes: 1 }, 'artefact-tampered'],
  [{ model_sha256: '0'.repeat(64) }, 'artefact-tampered'],
  [{ input: { ...(json().input as object), shape: [1, 192, 192, 4] } }, 'artefact-unsupported'],
  [{ input: { ...(json().input as object), dtype: 'float16' } }, 'artefact-unsupported'],
  [{ input: { ...(json().input as object), layout: 'NWHC' } }, 'artefact-damaged'],
  [{ input: { ...(json().input as object), scale: 0 } }, 'artefact-damaged'],
  [{ output: { ...(json().output as object), shape: [1, 96, 96, 1] } }, 'artefact-unsupported'],
  [{ output: null }, 'artefact-damaged'],
])('a sealed manifest with %j is refused', async (changes, code) => {
  expect(await codeOf(await sealed(changes))).toBe(code);
});

test.each([null, [], 'text', 1])('%j is no manifest', (value) => {
  expect(() => parseManifest(value)).toThrow(AppError);
});
