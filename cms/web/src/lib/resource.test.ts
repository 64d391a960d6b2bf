import { expect, test } from 'vitest';
import { Pages, type Page } from './pages.svelte.ts';
import { Resource } from './resource.svelte.ts';

/** Loads when it is told what. */
function asked<T>() {
  const answers: ((data: T) => void)[] = [];
  return { answers, resource: new Resource(() => new Promise<T>((done) => answers.push(done))) };
}

test('news while an answer is on its way is asked for once, behind it, and the answer is shown', async () => {
  const { answers, resource } = asked<number>();
  const loading = resource.reload();
  for (let news = 0; news < 3; news++) void resource.refresh();
  answers[0]!(1);
  await expect.poll(() => answers.length).toBe(2);
  expect(resource.data).toBe(1);
  answers[1]!(2);
  await loading;
  expect([resource.data, resource.loading, answers.length]).toEqual([2, false, 2]);
});

test('a list of several pages is loaded again as far as it is shown, once no more of it is on its way', async () => {
  const { answers, resource } = asked<Page<number>>();
  const kept: number[] = [];
  const more: ((page: Page<number>) => void)[] = [];
  const pages = new Pages(
    resource,
    () => new Promise<Page<number>>((done) => more.push(done)),
    (rows) => kept.push(rows),
  );
  const first = resource.reload();
  answers[0]!({ items: [1, 2], next: 'b' });
  await first;
  const second = pages.more();
  void pages.refresh();
  expect(answers.length).toBe(1);
  more[0]!({ items: [3], next: null });
  await expect.poll(() => answers.length).toBe(2);
  expect(kept).toEqual([3]);
  expect(resource.data).toEqual({ items: [1, 2, 3], next: null });
  answers[1]!({ items: [1, 2, 3, 4], next: null });
  await second;
  expect(resource.data?.items).toEqual([1, 2, 3, 4]);
});
