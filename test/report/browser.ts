/**
 * `npm run judges:report`: the audit's page in a real browser, Debian's Chromium. Without scripts and with them, filtered,
 * printed, dark, narrow and without colour; nothing is loaded, nothing is complained of, axe finds nothing. Pictures are in
 * `dist/screenshots/`, for eyes. `CHROMIUM` names another browser of the kind.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { writeReports } from '../../cli/report/write-reports.ts';
import type { AuditRun } from '../../core/audit/result.ts';
import { hostileText } from './hostile.ts';
import { sampleRun } from './sample-run.ts';

const PICTURES = join(import.meta.dirname, '..', '..', 'dist', 'screenshots');
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const failures: string[] = [];
let passed = 0;

function check(what: string, holds: boolean, instead: unknown = ''): void {
  if (holds) passed++;
  else failures.push(`${what}${instead === '' ? '' : `: ${JSON.stringify(instead)}`}`);
}

interface Opened {
  readonly page: Page;
  readonly close: () => Promise<void>;
}

/** Opens a report, and says when it asks for anything but itself, or complains. */
async function open(
  browser: Browser,
  url: string,
  name: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const asked: string[] = [];
  const said: string[] = [];
  await context.route('**/*', (route) => {
    asked.push(route.request().url());
    return route.request().url() === url ? route.continue() : route.abort();
  });
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.name));
  page.on('dialog', (dialog) => {
    said.push(dialog.type());
    return dialog.dismiss();
  });
  await page.goto(url);
  const close = async () => {
    check(`${name}: asks for nothing but the file`, asked.length === 1 && asked[0] === url, asked);
    check(`${name}: no word on the console`, said.length === 0, said);
    await context.close();
  };
  return { page, close };
}

const picture = (page: Page, name: string, fullPage = false) =>
  page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage });

const reach = (page: Page, id: string) =>
  page.locator(`#${id}`).evaluate((element) => element.scrollIntoView({ behavior: 'instant' }));

async function axe(page: Page, name: string): Promise<void> {
  await page.evaluate(AXE);
  const found = await page.evaluate<{ id: string; nodes: number; first: string }[]>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => ({ id, nodes: nodes.length, first: nodes[0].html.slice(0, 200) + ' ' + nodes[0].failureSummary.slice(0, 300) })))`,
  );
  check(`${name}: axe finds nothing`, found.length === 0, found);
}

/** No wider than the window: only tables may scroll, in themselves. */
async function fits(page: Page, name: string): Promise<void> {
  const widths = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
  check(`${name}: fits`, (widths[0] ?? 0) <= (widths[1] ?? 0), widths);
}

const visibleWrits = (page: Page) => page.locator('.writ:visible').count();

async function withoutScripts(browser: Browser, url: string, { result }: AuditRun): Promise<void> {
  const { page, close } = await open(browser, url, 'scripts off', { javaScriptEnabled: false });
  const ids = await page.locator('[id]').evaluateAll((all) => all.map((each) => `#${each.id}`));
  const there = await visibleWrits(page);
  check('scripts off: every writ is there', there === result.writs.shown.length, there);
  check('scripts off: no id stands twice', new Set(ids).size === ids.length);
  check(
    'scripts off: a filter that does nothing is not shown',
    (await page.locator('.filter:visible').count()) === 0,
  );
  check('scripts off: time-lines are drawn', (await page.locator('svg.time:visible').count()) > 0);
  const [read = -1, ...parts] = (await page.locator('.sum b').allTextContents()).map((text) =>
    Number(text.replaceAll(',', '')),
  );
  check(
    'scripts off: the sum adds up',
    read === result.counts.records && read === parts.reduce((sum, each) => sum + each, 0),
    [read, parts],
  );
  const counts = (await page.locator('#verdicts tbody td.r').allTextContents()).map((text) =>
    Number(text.replaceAll(',', '')),
  );
  check(
    'scripts off: the verdicts add up to what was judged',
    counts.slice(0, -1).reduce((sum, each) => sum + each, 0) === parts[0],
    counts,
  );
  const links = await page
    .locator('a[href^="#"]')
    .evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  const broken = [...new Set(links)].filter((to) => to === null || !ids.includes(to));
  check('scripts off: every link leads somewhere', broken.length === 0, broken.slice(0, 5));
  await picture(page, 'desktop-top');
  for (const id of [
    'alarms',
    'verdicts',
    'coverage',
    'writs',
    'refusals',
    'controls',
    'check',
    'limits',
    'inputs',
  ]) {
    await reach(page, id);
    await picture(page, `desktop-${id}`);
  }
  await close();
}

async function filtered(browser: Browser, url: string, { result }: AuditRun): Promise<void> {
  const { page, close } = await open(browser, url, 'scripts on');
  const filter = page.locator('.filter[data-rows=".writ"]');
  const expired = result.writs.shown.filter(({ verdicts }) => (verdicts.EXPIRED ?? 0) > 0);
  await filter.locator('select').selectOption('EXPIRED');
  check('filter: by verdict', expired.length > 0 && (await visibleWrits(page)) === expired.length);
  check(
    'filter: says how many',
    (await filter.locator('output').textContent()) ===
      `${expired.length} of ${result.writs.shown.length} shown`,
  );
  await filter.locator('input').fill(`${expired[0]?.writ ?? ''} THROUGH`);
  check('filter: by words as well', (await visibleWrits(page)) === 1);
  await reach(page, 'writs');
  await picture(page, 'desktop-filtered');
  await filter.locator('input').fill('no such word');
  check('filter: none is none', (await visibleWrits(page)) === 0);
  await filter.locator('input').fill('');
  await filter.locator('select').selectOption('');
  check('filter: and back', (await visibleWrits(page)) === result.writs.shown.length);
  await page.keyboard.press('Tab');
  await close();
}

async function looks(browser: Browser, url: string): Promise<void> {
  const kinds: readonly (readonly [string, BrowserContextOptions])[] = [
    ['light', {}],
    ['dark', { colorScheme: 'dark' }],
    ['narrow', { viewport: { width: 360, height: 780 } }],
    ['forced', { forcedColors: 'active' }],
  ];
  for (const [name, options] of kinds) {
    const { page, close } = await open(browser, url, name, options);
    await fits(page, name);
    if (name !== 'forced') await axe(page, name);
    for (const id of ['alarms', 'verdicts', 'coverage', 'writs']) {
      await reach(page, id);
      await picture(page, `${name}-${id}`);
    }
    await close();
  }
}

async function printed(browser: Browser, url: string): Promise<void> {
  const { page, close } = await open(browser, url, 'print');
  const pdf = await page.pdf({ path: join(PICTURES, 'print.pdf'), format: 'A4', printBackground: true });
  check('print: a PDF', pdf.subarray(0, 5).toString() === '%PDF-');
  await page.emulateMedia({ media: 'print' });
  check('print: records are open', await page.locator('.writ details li').first().isVisible());
  check('print: no filter, no contents', (await page.locator('.filter:visible, nav:visible').count()) === 0);
  const shown = await page.locator('.writ').first().boundingBox();
  check('print: a writ is there', shown !== null && shown.height > 20, shown);
  await page.setViewportSize({ width: 720, height: 1000 });
  await fits(page, 'print');
  await picture(page, 'print-top');
  await reach(page, 'writs');
  await picture(page, 'print-writs');
  await page.emulateMedia({ media: 'screen' });
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setEmulatedVisionDeficiency', { type: 'achromatopsia' });
  await page.setViewportSize({ width: 1280, height: 900 });
  for (const id of ['verdicts', 'writs']) {
    await reach(page, id);
    await picture(page, `grey-${id}`);
  }
  await close();
}

async function hostile(browser: Browser, url: string): Promise<void> {
  const { page, close } = await open(browser, url, 'hostile');
  check('hostile: nothing of it ran', (await page.evaluate('typeof window.pwned')) === 'undefined');
  check(
    'hostile: nothing of it is markup',
    (await page.locator('img, iframe, [onerror], [onload], [onmouseover]').count()) === 0,
  );
  check(
    'hostile: one script, one style',
    (await page.locator('script').count()) === 1 && (await page.locator('style').count()) === 1,
  );
  check(
    'hostile: it says that it is no evidence',
    await page.getByText('LOCAL, NOT EVIDENCE').first().isVisible(),
  );
  await fits(page, 'hostile');
  await axe(page, 'hostile');
  await picture(page, 'hostile-top');
  await reach(page, 'writs');
  await picture(page, 'hostile-writs');
  await close();
}

async function written(folder: string, name: string, run: AuditRun): Promise<string> {
  const place = join(folder, name);
  const controls = [
    {
      ...{ id: 'CC6.1', framework: 'SOC 2', title: 'Logical access' },
      evidence: ['Each session names a person, an agent and a task.'],
      missing: ['Who joined and who left.'],
      links: [{ to: 'section' as const, section: 'writs' as const }],
    },
  ];
  await writeReports(run, place, ['html'], { controls });
  return pathToFileURL(join(place, 'report.html')).href;
}

async function main(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'writ-report-'));
  await mkdir(PICTURES, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Its sandbox needs what a container does not give; the page is ours.
    args: ['--no-sandbox'],
  });
  try {
    const large = sampleRun({ writs: 1000 });
    const largeUrl = await written(folder, 'large', large);
    const smallUrl = await written(folder, 'small', sampleRun({ writs: 40 }));
    const hostileUrl = await written(
      folder,
      'hostile',
      sampleRun({ writs: 40, local: true, hostile: hostileText() }),
    );
    await withoutScripts(browser, largeUrl, large);
    await filtered(browser, largeUrl, large);
    await looks(browser, smallUrl);
    await printed(browser, smallUrl);
    await hostile(browser, hostileUrl);
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
  for (const failure of failures) console.log(`FAILED ${failure}`);
  console.log(`Pictures: ${PICTURES}`);
  console.log(`${passed} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}

process.exitCode = await main();
