import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FLAGS, PHONE, PROGRAM, ready, upload } from './browser';
import { folder, LESION } from './pictures';
import { type Served, serve } from './serve';

let browser: BrowserContext;
let page: Page;
let served: Served;
const asked: string[] = [];

beforeAll(async () => {
  served = await serve(['lean-isic2017']);
  // with a profile on disk: a private window installs nothing
  browser = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: PROGRAM,
    args: FLAGS,
    viewport: PHONE,
  });
  page = await browser.newPage();
  browser.on('request', (request) => asked.push(request.url()));
  await page.goto(served.url);
  await ready(page);
});
afterAll(async () => {
  served.process.kill();
  await browser.close();
});

test('the app says when it works offline', async () => {
  await expect.poll(() => page.textContent('#offline')).toBe('yes: all is stored on this device');
});

test('it can be installed', async () => {
  const session = await browser.newCDPSession(page);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  expect(installabilityErrors).toEqual([]);
});

test('it starts, outlines and tests itself when the server is gone', async () => {
  const online = await upload(page, LESION);
  served.process.kill();
  await expect.poll(() => fetch(served.url).catch(() => 'gone')).toBe('gone');
  await page.reload();
  await ready(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(await upload(page, LESION)).toBe(online);
  await page.click('nav a[href="#selftest"]');
  await page.click('#selftest-run');
  await expect.poll(() => page.textContent('#selftest-count'), { timeout: 50_000 }).toBe('16');
});

test('all the while nothing was asked of another address', async () => {
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.filter((url) => !url.startsWith(served.url) && !url.startsWith('blob:'))).toEqual(
    [],
  );
  expect(await page.textContent('#requests-count')).toBe('0');
});

test('an attempt to reach another address is blocked and seen', async () => {
  await page.evaluate(() => fetch('https://example.org/').catch(() => undefined));
  await expect.poll(() => page.textContent('#blocked-count')).not.toBe('0');
});
