import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, newPage, ready, upload } from './browser';
import { LESION } from './pictures';
import { type Served, serve } from './serve';

let browser: Browser;
let page: Page;
let served: Served;
const asked: string[] = [];

beforeAll(async () => {
  browser = await launch();
  served = await serve(['lean-isic2017']);
  page = await newPage(browser, { serviceWorkers: 'allow' });
  page.context().on('request', (request) => asked.push(request.url()));
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
  const session: CDPSession = await page.context().newCDPSession(page);
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

test('an attempt to reach another address is blocked and counted', async () => {
  await page.evaluate(() => fetch('https://example.org/').catch(() => undefined));
  await expect.poll(() => page.textContent('#blocked-count')).toBe('1');
});
