import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { area, expectNothingShown, launch, newPage, opaquePixels, ready, upload } from './browser';
import { folder, LESION, write, y4m } from './pictures';

const [WIDTH, HEIGHT] = [1280, 720];
const STILL = join(folder, 'still.png');
const VIDEO = join(folder, 'camera.y4m');
let browser: Browser;
let page: Page;

/** The same synthetic photograph as a file and as what a camera sees. */
async function film(): Promise<void> {
  const plain = await launch();
  const screen = await plain.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  await screen.goto(`${inject('url')}icons/icon-192.png`);
  const { png, rgba } = await screen.evaluate(
    async ([bytes, width, height]) => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(bitmap, 0, 0, width, height);
      const file = await (await canvas.convertToBlob()).arrayBuffer();
      const { data } = context.getImageData(0, 0, width, height);
      const text = (array: Uint8Array) => Array.from(array, (b) => String.fromCharCode(b)).join('');
      return { png: text(new Uint8Array(file)), rgba: text(new Uint8Array(data)) };
    },
    [[...readFileSync(LESION)], WIDTH, HEIGHT] as const,
  );
  writeFileSync(STILL, Buffer.from(png, 'latin1'));
  writeFileSync(VIDEO, y4m(Buffer.from(rgba, 'latin1'), WIDTH, HEIGHT));
  await plain.close();
}

declare global {
  interface Window {
    pictures: { sent: number; most: number };
  }
}

/** In the page: count the pictures given to the worker, and the most that it had at once. */
function countFrames(): void {
  const counted = { sent: 0, most: 0 };
  window.pictures = counted;
  let open = 0;
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message: { id: number; name: string }) {
    if (message.name === 'open') {
      counted.sent++;
      counted.most = Math.max(counted.most, ++open);
      this.addEventListener('message', ({ data }) => {
        if (data.id === message.id) open--;
      });
    }
    return post.call(this, message);
  };
}

beforeAll(async () => {
  await film();
  browser = await launch(
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${VIDEO}`,
  );
  page = await newPage(browser);
  await page.addInitScript(countFrames);
  await page.goto(inject('url'));
  await ready(page);
});
afterAll(() => browser.close());

test('the camera finds the area of the same photograph as a file', async () => {
  const still = await upload(page, STILL);
  await page.reload();
  await ready(page);
  await page.click('#camera');
  const live = await area(page);
  expect(Math.abs(live - still)).toBeLessThan(1);
  await expect.poll(() => page.textContent('#rate')).toMatch(/^[\d.]+ frames\/s$/);
  expect(await page.isVisible('#tools')).toBe(false);
});

test('frames never queue: none is handed in before the one before it is done', async () => {
  await expect.poll(() => page.evaluate(() => window.pictures.sent)).toBeGreaterThan(5);
  expect(await page.evaluate(() => window.pictures.most)).toBe(1);
});

test('a frame is kept as the photograph, and the camera is off', async () => {
  await page.click('#capture');
  await page.waitForSelector('#tools:visible');
  expect(await cameraIsOn()).toBe(false);
  expect(await opaquePixels(page)).toBeGreaterThan(1e5);
  await page.locator('#threshold').fill('0.9');
  await expect.poll(() => page.textContent('#threshold-value')).toBe('0.90');
  await expect.poll(() => page.isEnabled('#save')).toBe(true);
});

test('leaving the screen switches the camera off and clears it', async () => {
  await restart();
  await page.click('nav a[href="#model"]');
  await page.click('nav a[href="#photo"]');
  expect(await cameraIsOn()).toBe(false);
  await expectNothingShown(page);
});

test('a photograph that comes while the camera runs takes its place', async () => {
  await restart();
  await page.setInputFiles('#file', write('text.jpg', 'no photograph'));
  await page.waitForSelector('#problem:visible');
  await expectNothingShown(page);
  await expect.poll(cameraIsOn).toBe(false);
});

test('an unplugged camera says so, and leaves no mask', async () => {
  await restart();
  await page.locator('video').evaluate((video: HTMLVideoElement) => {
    const [track] = (video.srcObject as MediaStream).getTracks();
    track?.dispatchEvent(new Event('ended'));
  });
  await page.waitForSelector('#problem:visible');
  expect(await page.textContent('#problem-text')).toContain('The camera was disconnected');
  await expectNothingShown(page);
});

async function restart(): Promise<void> {
  await page.reload();
  await ready(page);
  await page.click('#camera');
  await area(page);
}

function cameraIsOn(): Promise<boolean> {
  return page.locator('video').evaluate((video: HTMLVideoElement) => video.srcObject !== null);
}
