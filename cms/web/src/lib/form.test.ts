import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../../../shared/util/errors.ts';
import { m } from '../paraglide/messages.js';
import { fetchSentences } from './errors.ts';
import { Form } from './form.svelte.ts';

beforeAll(fetchSentences);

const schema = z.strictObject({ name: z.string().min(1), validTo: z.int().nullable() });

const stay = (): Promise<void> => Promise.resolve();

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

  it('is sent again once the person has signed in again, and then says nothing of the session that ended', async () => {
    let signIn: (back: boolean) => void = () => undefined;
    const form = new Form(stay, () => new Promise((done) => (signIn = done)));
    const ended = new AppError('not_signed_in', 'No', { status: 401 });
    let tries = 0;
    const save = (): Promise<void> => (++tries === 1 ? Promise.reject(ended) : Promise.resolve());
    const saved = form.run(save);
    await Promise.resolve();
    signIn(true);
    expect([await saved, tries, form.error, form.busy]).toEqual([true, 2, null, false]);
  });

  it('is not sent again by itself where that was not wanted, nor for somebody else', async () => {
    let tries = 0;
    const refused = (): Promise<void> => {
      tries++;
      return Promise.reject(new AppError('not_signed_in', 'No', { status: 401 }));
    };
    const back = new Form(stay, () => Promise.resolve(true));
    expect([await back.run(refused, false), tries, back.error]).toEqual([false, 1, null]);
    const gone = new Form(stay, () => Promise.resolve(false));
    expect([await gone.run(refused), tries, gone.errorCode]).toEqual([false, 2, 'not_signed_in']);
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
    expect(await form.delete(stay)).toBe(true);
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
});
