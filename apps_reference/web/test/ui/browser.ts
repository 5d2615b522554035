/** Debian's Chromium with the app open, as a phone of 360 × 740. */

import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

export const PROGRAM = '/usr/bin/chromium';
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];
export const PHONE = { width: 360, height: 740 };

export function launch(...flags: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: PROGRAM, args: [...FLAGS, ...flags] });
}

/** A page whose service worker stays out, so that a test may change what the server says. */
export async function newPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: PHONE,
    hasTouch: true,
    deviceScaleFactor: 2,
    locale: 'en-GB',
    serviceWorkers: 'block',
    ...options,
  });
  return await context.newPage();
}

/** Wait until the model is loaded. */
export async function ready(page: Page): Promise<void> {
  await page.locator('[data-needs-model]:enabled').first().waitFor({ state: 'attached' });
}

/** Choose a file, and wait for its area. */
export async function upload(page: Page, file: string): Promise<number> {
  await page.setInputFiles('#file', file);
  return await area(page);
}

/** The area on the screen in percent, once there is one, in whatever language. */
export async function area(page: Page): Promise<number> {
  await expect.poll(() => page.textContent('#share')).toMatch(/^\d+[.,]\d\s?%$/);
  return Number.parseFloat(((await page.textContent('#share')) as string).replace(',', '.'));
}

/** Nothing of an earlier photograph is to be seen: no area, no picture, no tools that use one. */
export async function expectNothingShown(page: Page): Promise<void> {
  expect(await page.textContent('#share')).toBe('–');
  expect(await opaquePixels(page)).toBe(0);
  expect(await page.isDisabled('#save')).toBe(true);
}

export async function opaquePixels(page: Page): Promise<number> {
  return await page.locator('#canvas').evaluate((canvas: HTMLCanvasElement) => {
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, at) => at % 4 === 3 && value > 0).length;
  });
}
