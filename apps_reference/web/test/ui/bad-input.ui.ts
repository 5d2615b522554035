import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { area, expectNothingShown, launch, newPage, ready, upload } from './browser';
import { blankPng, LESION, LESION_AREA, write } from './pictures';
import { ROOT } from './serve';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const problem = async (page: Page) => {
  await page.waitForSelector('#problem:visible');
  return await page.textContent('#problem-text');
};

describe('a file that is no photograph', () => {
  let page: Page;
  beforeAll(async () => {
    page = await newPage(browser);
    await page.goto(inject('url'));
    await ready(page);
  });
  beforeEach(() => upload(page, LESION));

  const heic = Buffer.concat([Buffer.of(0, 0, 0, 24), Buffer.from('ftypheic'), Buffer.alloc(64)]);
  test.each([
    ['text', write('text.jpg', 'no photograph'), 'text.jpg is no image'],
    ['half a file', write('half.jpg', readFileSync(LESION).subarray(0, 300)), 'half.jpg is no'],
    ['empty', write('empty.png', ''), 'empty.png is no image'],
    ['HEIC', write('photo.heic', heic), 'save it as JPEG'],
    ['huge', write('huge.png', blankPng(10_001, 12_001)), '120 are the limit'],
  ])('%s: says what to do, and the former mask is gone', async (_, file, says) => {
    await page.setInputFiles('#file', file);
    expect(await problem(page)).toContain(says);
    await expectNothingShown(page);
    expect(await page.isVisible('#choose')).toBe(true);
  });

  test('a good photograph afterwards takes the sentence away', async () => {
    await page.setInputFiles('#file', write('text.jpg', 'no photograph'));
    await problem(page);
    await upload(page, LESION);
    expect(await page.isVisible('#problem')).toBe(false);
  });
});

describe('a camera', () => {
  test('that is missing', async () => {
    const page = await newPage(browser);
    await page.goto(inject('url'));
    await upload(await readied(page), LESION);
    await page.evaluate(() => document.getElementById('camera')?.click());
    expect(await problem(page)).toContain('No camera was found');
    await expectNothingShown(page);
  });

  test('that is refused', async () => {
    const other = await launch('--use-fake-device-for-media-stream', '--deny-permission-prompts');
    const page = await newPage(other);
    await page.goto(inject('url'));
    await readied(page);
    await page.click('#camera');
    expect(await problem(page)).toContain('The camera was refused; allow it');
    await expectNothingShown(page);
    await other.close();
  });
});

describe('a browser', () => {
  test('without WebAssembly SIMD is told so, and offers nothing', async () => {
    const page = await newPage(browser);
    await page.addInitScript(() => {
      WebAssembly.validate = () => false;
    });
    await page.goto(inject('url'));
    expect(await problem(page)).toContain('WebAssembly SIMD is missing');
    expect(await page.isDisabled('#choose')).toBe(true);
  });

  test('that loads a part of the app only is told to reload', async () => {
    const page = await newPage(browser);
    await page.route('**/pixels.worker*', (route) => route.abort());
    await page.goto(inject('url'));
    await ready(page);
    await page.setInputFiles('#file', LESION);
    expect(await problem(page)).toContain('a part did not load); reload the page');
    await expectNothingShown(page);
  });

  test('without storage works, and says that it will not offline', async () => {
    const page = await newPage(browser);
    await page.addInitScript(() => {
      const refuse = () => {
        throw new DOMException('no storage here', 'SecurityError');
      };
      Object.defineProperty(window, 'localStorage', { get: refuse });
      Object.defineProperty(window, 'caches', { get: refuse });
      Object.defineProperty(navigator, 'serviceWorker', { get: refuse });
    });
    await page.goto(inject('url'));
    expect(await upload(await readied(page), LESION)).toBeCloseTo(LESION_AREA, 1);
    await page.click('nav a[href="#settings"]');
    await expect.poll(() => page.textContent('#offline')).toContain('no storage');
    await page.selectOption('#language', 'de');
    expect(await page.textContent('#title-settings')).toBe('Optionen');
  });
});

describe('an artefact', () => {
  const folder = join(ROOT, 'runtime_py/packaged/lean-isic2017/artefact');
  const model = readFileSync(join(folder, 'model.tflite'));
  const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8');
  const changed = Buffer.from(model);
  changed[1000] = (changed[1000] as number) ^ 1;

  test.each([
    ['whose model has one other bit', 'model.tflite', changed, 'is not the file'],
    ['whose model is cut', 'model.tflite', model.subarray(0, 5000), 'is not the file'],
    ['whose threshold was changed', 'manifest.json', manifest.replace('0.5', '0.4'), 'is not the'],
    ['without its seal', 'manifest.sha256', 'nothing', 'is damaged'],
  ])('%s is refused', async (_, file, body, says) => {
    const page = await newPage(browser);
    await page.route(`**/artefacts/0/${file}`, (route) => route.fulfill({ body }));
    await page.goto(inject('url'));
    expect(await problem(page)).toContain(says);
    expect(await page.isDisabled('#choose')).toBe(true);
    await page.context().close();
  });

  test('that is refused takes the mask of the one before away', async () => {
    const page = await newPage(browser);
    await page.goto(inject('url'));
    await upload(await readied(page), LESION);
    await page.route('**/artefacts/1/manifest.sha256', (route) => route.fulfill({ body: 'x\n' }));
    await page.click('nav a[href="#settings"]');
    await page.selectOption('#engine', 'artefacts/1/');
    expect(await problem(page)).toContain('manifest.json is not the file');
    await page.click('nav a[href="#photo"]');
    await expectNothingShown(page);
    await page.click('nav a[href="#settings"]');
    await page.selectOption('#engine', 'artefacts/0/');
    await page.click('nav a[href="#photo"]');
    await upload(await readied(page), LESION);
    expect(await area(page)).toBeCloseTo(LESION_AREA, 1);
  });

  test('that is not there at all is asked for', async () => {
    const page = await newPage(browser);
    await page.route('**/artefacts.json', (route) => route.fulfill({ body: '[]' }));
    await page.goto(inject('url'));
    expect(await problem(page)).toContain('skinseg-mobile serve ARTEFACT');
  });
});

async function readied(page: Page): Promise<Page> {
  await ready(page);
  return page;
}
