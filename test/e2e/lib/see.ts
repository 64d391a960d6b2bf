/** What a page comes to show: asked again until it does. On a busy machine a page takes longer than the library's own 5 s. */
import { expect } from 'playwright/test';

export const see = expect.configure({ timeout: 20_000 });
