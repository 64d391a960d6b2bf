import { expect, test } from 'vitest';
import type { Api } from '../../lib/api.ts';
import { MediaLibrary } from './library.svelte.ts';

const askedOf = (bin: boolean) => {
  const library = new MediaLibrary({} as Api, bin);
  return Object.fromEntries(
    library.kinds.map((kind) => {
      library.kind = kind;
      const query = new URL(library.path(60, null), 'http://cms').searchParams;
      return [kind, [query.get('kind'), query.get('pages')]];
    }),
  );
};

test('each kind that is offered asks for something else; in the bin pages are pictures like others', () => {
  expect(askedOf(false)).toEqual({
    all: [null, 'without'],
    image: ['image', 'without'],
    video: ['video', 'without'],
    page: [null, 'only'],
  });
  expect(askedOf(true)).toEqual({ all: [null, null], image: ['image', null], video: ['video', null] });
});
