import { beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../../../shared/util/errors.ts';
import { m } from '../paraglide/messages.js';
import { fetchSentences } from './errors.ts';
import { Form } from './form.svelte.ts';

beforeAll(fetchSentences);

const schema = z.strictObject({ name: z.string().min(1), validTo: z.int().nullable() });

const stay = (): Promise<boolean> => Promise.resolve(false);

describe('a form', () => {
  it('is not sent while a field holds text that it cannot read, however good the rest is', () => {
    const form = new Form(stay);
    // An unreadable date leaves null behind, which alone would mean «without end».
    const input = { name: 'Tin', validTo: null };
    const mended = form.unreadable();
    expect(form.check(schema, () => input)).toBeNull();
    expect(form.error).toBe(m.form_has_errors());
    mended();
    expect(form.check(schema, () => input)).toEqual(input);
    expect(form.error).toBeNull();
  });

  it('waits for every such field', () => {
    const form = new Form(stay);
    const [first, second] = [form.unreadable(), form.unreadable()];
    first();
    expect(form.check(schema, () => ({ name: 'Tin', validTo: null }))).toBeNull();
    second();
    expect(form.check(schema, () => ({ name: 'Tin', validTo: null }))).not.toBeNull();
  });

  it.each(['not_signed_in', 'second_factor_needed'])(
    'is saved again once the person is back after %s, once, and then says nothing of it',
    async (code) => {
      const signIn = Promise.withResolvers<boolean>();
      const answer = Promise.withResolvers<void>();
      const form = new Form(stay, () => signIn.promise);
      let tries = 0;
      const save = (): Promise<void> => (++tries === 1 ? Promise.reject(new AppError(code, 'No')) : answer.promise);
      const saved = form.save(save);
      signIn.resolve(true);
      await vi.waitFor(() => expect(tries).toBe(2));
      // Also what follows the second try at once is later than it.
      await new Promise((done) => setTimeout(done));
      expect([form.busy, await form.save(save), tries]).toEqual([true, false, 2]);
      answer.resolve();
      expect([await saved, tries, form.error, form.busy]).toEqual([true, 2, null, false]);
    },
  );

  it.each(['network_unreachable', 'http_502'])('after %s says so anew once the CMS is back', async (code) => {
    const fails = (what: string) => (): Promise<void> => Promise.reject(new AppError(what, 'No'));
    const form = new Form(stay);
    await form.save(fails(code));
    form.reachable();
    expect(form.error).toBe(m.form_reachable());
    // What else is wrong stays.
    await form.save(fails('forbidden'));
    const said = form.error;
    form.reachable();
    expect([form.error, form.errorCode]).toEqual([said, 'forbidden']);
  });

  it('that sends or deletes is not run again by itself, and says that it was not done', async () => {
    let tries = 0;
    const refused = (): Promise<void> => {
      tries++;
      return Promise.reject(new AppError('not_signed_in', 'No', { status: 401 }));
    };
    const back = new Form(stay, () => Promise.resolve(true));
    expect([await back.run(refused), tries, back.error]).toEqual([false, 1, m.form_not_done()]);
  });

  it('is not saved again for somebody else', async () => {
    let tries = 0;
    const gone = new Form(stay, () => Promise.resolve(false));
    const refused = (): Promise<void> => {
      tries++;
      return Promise.reject(new AppError('not_signed_in', 'No', { status: 401 }));
    };
    expect([await gone.save(refused), tries, gone.errorCode]).toEqual([false, 1, 'not_signed_in']);
  });

  it('says itself that what is to be deleted was changed, and leaves other faults to the question', async () => {
    const form = new Form(stay);
    const refuse = (code: string) => () => Promise.reject(new AppError(code, 'No', { status: 409 }));
    expect(await form.delete(refuse('revision_conflict'))).toBe(false);
    expect(form.errorCode).toBe('revision_conflict');
    expect(form.error).toBe(m.error_revision_conflict());
    form.clear();
    await expect(form.delete(refuse('in_use'))).rejects.toMatchObject({ code: 'in_use' });
    expect(form.errorCode).toBeNull();
    expect(await form.delete(() => Promise.resolve())).toBe(true);
  });

  it('says why it was refused once: at the field where one is to be seen, else above', async () => {
    const refused = (): Promise<void> =>
      Promise.reject(new AppError('link_invalid', 'No', { status: 409, field: 'link' }));
    for (const [isSeen, above] of [
      [true, m.form_has_errors()],
      [false, m.error_link_invalid()],
    ] as const) {
      const form = new Form(() => Promise.resolve(isSeen));
      expect(await form.run(refused)).toBe(false);
      expect([form.error, form.of('link'), form.errorCode]).toEqual([above, m.error_link_invalid(), 'link_invalid']);
    }
  });

  it('says the bounds of a length of time in words', () => {
    const form = new Form(stay);
    const lengths = z.strictObject({
      items: z.array(z.strictObject({ durationMs: z.int().min(1000).max(3_600_000) })),
    });
    const wrong = { items: [{ durationMs: 3_600_001 }, { durationMs: 0 }] };
    expect(form.check(lengths, () => wrong)).toBeNull();
    expect(form.of('items.0', true)).toBe(m.field_too_large({ max: m.time_hours({ n: 1 }) }));
    expect(form.of('items.1', true)).toBe(m.field_too_small({ min: m.time_seconds({ n: 1 }) }));
  });

  it('names a wrong field', () => {
    const form = new Form(stay);
    expect(form.check(schema, () => ({ name: '', validTo: null }))).toBeNull();
    expect(form.of('name')).toBe(m.field_required());
  });

  it('calls an empty field empty, not too short or in a wrong format', () => {
    const form = new Form(stay);
    const long = z.object({ email: z.string().min(3), code: z.string().regex(/^\d+$/u) });
    expect(form.check(long, () => ({ email: '', code: '' }))).toBeNull();
    expect(form.of('email')).toBe(m.field_required());
    expect(form.of('code')).toBe(m.field_required());
  });
});
