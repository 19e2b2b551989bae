import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** The part of Chromium's accessibility tree that a screen reader is told. @see Chrome DevTools Protocol, Accessibility */
interface AxNode {
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
}

const mustBeNamed = new Set([
  ...['button', 'link', 'textbox', 'checkbox', 'combobox', 'table', 'image', 'navigation'],
  ...['DateTime', 'DisclosureTriangle'],
]);

/** Runs in the page: what its markup and colours keep from somebody. */
const faultsOfPage = `(() => {
  const faults = [];
  const isShown = (element) => element.getClientRects().length > 0;
  const levels = [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].filter(isShown).map((h) => Number(h.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) faults.push('there is not one h1');
  levels.forEach((level, at) => { if (level > (levels[at - 1] ?? 0) + 1) faults.push('a heading of level ' + level + ' follows none of the level above'); });
  if (document.querySelectorAll('main').length !== 1) faults.push('there is not one main');
  if (document.documentElement.lang === '') faults.push('the language is not said');
  if (document.title === '') faults.push('the page has no title');
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) faults.push('the id ' + id + ' is there twice');
  for (const cell of document.querySelectorAll('th')) if (!cell.scope) faults.push('a heading of a table has no scope');
  for (const element of document.querySelectorAll('[tabindex]')) if (element.tabIndex > 0) faults.push('an order of its own for the keyboard');

  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const colourOf = (text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return { channels: [red, green, blue], alpha: alpha / 255 };
  };
  const luminanceOf = (channels) => {
    const [red, green, blue] = channels.map((value) => { const part = value / 255; return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (element) => {
    const box = element.closest('g')?.querySelector('rect');
    if (box) return colourOf(getComputedStyle(box).fill).channels;
    for (let at = element; at !== null; at = at.parentElement) {
      const { channels, alpha } = colourOf(getComputedStyle(at).backgroundColor);
      if (alpha > 0.99) return channels;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || seen.has(element) || !isShown(element) || element.closest('noscript,title,[disabled]')) continue;
    seen.add(element);
    const style = getComputedStyle(element);
    const ink = colourOf(element instanceof SVGElement ? style.fill : style.color).channels;
    const [light, dark] = [luminanceOf(ink), luminanceOf(groundOf(element))].sort((one, other) => other - one);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) faults.push(contrast.toFixed(2) + ' is too little contrast for "' + node.data.trim().slice(0, 40) + '"');
  }
  return faults;
})()`;

/** What a third party says of the page. @see https://dequeuniversity.com/rules/axe */
const faultsByAxe = async (page: Page): Promise<readonly string[]> => {
  // By the debugging protocol, to which the page's strict policy does not apply.
  await page.evaluate(axe.source);
  return page.evaluate<
    string[]
  >(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => 'axe, ' + id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`);
};

/**
 * What keeps somebody with a keyboard, a screen reader or weak eyes from a page, in words; empty where nothing does.
 * @see WCAG 2.2: 1.3.1, 1.4.3 (contrast of 4.5), 2.4.2, 2.4.3, 2.4.6, 3.1.1, 4.1.2
 */
export const accessibilityFaults = async (page: Page): Promise<readonly string[]> => {
  const devTools = await page.context().newCDPSession(page);
  const { nodes } = (await devTools.send('Accessibility.getFullAXTree')) as unknown as {
    readonly nodes: readonly AxNode[];
  };
  await devTools.detach();
  const nameless = nodes.filter(
    ({ ignored, role, name }) =>
      !ignored && mustBeNamed.has(role?.value ?? '') && (name?.value ?? '').trim() === '',
  );
  return [
    ...nameless.map(({ role }) => `a ${role?.value ?? ''} has no name`),
    ...(await page.evaluate<string[]>(faultsOfPage)),
    ...(await faultsByAxe(page)),
  ];
};
