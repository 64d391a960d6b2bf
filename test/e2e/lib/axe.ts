/** What is wrong with a page by the rules of WCAG 2.2 AA that a program can check. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What is wrong, a line each: the rule, where, and why. @param within a selector of what is looked at; else all of the page */
export async function faults(on: Page, within = 'html'): Promise<string[]> {
  // The stage in the preview is the board itself, which is no page that people work with: without frames, one page looks at itself.
  const look = new AxeBuilder({ page: on }).setLegacyMode().withTags(rules).include(within).exclude('iframe');
  const { violations } = await look.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

/** Wider than the window, px: somebody at 360 px would have to scroll sideways (WCAG 1.4.10). */
export const overflow = (on: Page): Promise<number> =>
  on.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** The language of the pages that are opened next. */
export const speak = (on: Page, locale: 'vi' | 'en'): Promise<void> =>
  on.evaluate((chosen) => localStorage.setItem('bang-tin-locale', chosen), locale);
