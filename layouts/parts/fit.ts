/** Measuring in a page: the largest of a few type sizes at which something fits. Untransformed pixels throughout. */

/** Line height of text that may carry stacked marks, as a multiple of the type size; never below 1.3. */
export const HEADLINE_LEADING = 1.3;
/**
 * Line height of paged text. Be Vietnam Pro's «Ẳ» rises up to 1.241 em above the baseline, its «ạ» falls 0.266 em below (in its heaviest
 * weight): with 1.51 em between baselines no mark of one line reaches into another, so lines can be shown without their neighbours.
 */
export const TEXT_LEADING = 1.51;
/** How far the highest marks stand above their line of paged text, em. */
export const MARKS_ABOVE = 0.12;

/** Sets the type size in whole px, with whole-px lines so that a height divides into lines without a rest. */
export function setType(element: HTMLElement, size: number, leading: number): number {
  const line = Math.ceil(size * leading);
  element.style.fontSize = `${size}px`;
  element.style.lineHeight = `${line}px`;
  return line;
}

/** The largest size at which the text needs at most `maxLines` lines; the smallest when none does. */
export function fitLines(element: HTMLElement, sizes: readonly number[], leading: number, maxLines: number): void {
  for (const size of sizes) {
    if (linesAt(element, size, leading) <= maxLines && element.scrollWidth <= element.clientWidth) return;
  }
}

/**
 * The largest size at which the text is at most `height` px high and no word is wider than its place; at the smallest, a
 * word that is too wide is broken.
 */
export function fitHeight(element: HTMLElement, sizes: readonly number[], leading: number, height: number): void {
  element.style.overflowWrap = 'normal';
  for (const size of sizes) {
    setType(element, size, leading);
    if (element.offsetHeight <= height && element.scrollWidth <= element.clientWidth) return;
  }
  element.style.overflowWrap = 'anywhere';
}

/** Sets the type size and returns how many lines the text takes; the element holds nothing but the text. */
export function linesAt(element: HTMLElement, size: number, leading: number): number {
  const line = setType(element, size, leading);
  return Math.round(element.offsetHeight / line);
}

/** Custom properties to try together, such as `{'--value': '80px'}`. */
export type Setting = Readonly<Record<`--${string}`, string>>;

/**
 * Sets the first of the settings on the element at which none of `boxes` overflows and none of `lines` is wider than its
 * place; the last when there is no such.
 * @returns whether it fits
 */
export function fitBoxes(
  element: HTMLElement,
  boxes: Iterable<HTMLElement>,
  settings: Iterable<Setting>,
  lines: Iterable<HTMLElement> = [],
): boolean {
  const whole = [...boxes];
  const wide = [...whole, ...lines];
  for (const setting of settings) {
    for (const [name, value] of Object.entries(setting)) element.style.setProperty(name, value);
    const fits =
      wide.every((box) => box.scrollWidth <= box.clientWidth) &&
      whole.every((box) => box.scrollHeight <= box.clientHeight);
    if (fits) return true;
  }
  return false;
}
