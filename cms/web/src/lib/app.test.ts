import { describe, expect, it } from 'vitest';
import type { Me } from '../../../../shared/protocol/api/accounts.ts';
import { me as meSchema } from '../../../../shared/protocol/api/accounts.ts';
import { App } from './app.svelte.ts';
import { Live } from './live.svelte.ts';

/** The console socket, of which only whether it is open is of interest. */
class QuietLive extends Live {
  opened = false;
  override open(): void {
    this.opened = true;
  }
  override close(): void {
    this.opened = false;
  }
}

const an = { email: 'an@xa.gov.vn', id: '00000000-0000-4000-8000-00000000000a' };
const binh = { email: 'binh@xa.gov.vn', id: '00000000-0000-4000-8000-00000000000b' };

/** A CMS with sessions that can be ended, or held up until a second factor is shown. */
function setting() {
  let session: Me | null = null;
  let sessions = 0;
  let factor: Me['secondFactor'] = 'none';
  const tokens: (string | null)[] = [];
  const answer = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });
  const refuse = (status: number, code: string): Response =>
    answer(status, { error: { code, message: code, field: null, params: {} } });
  const fetch = ((path: string, init: RequestInit) => {
    const of = `${init.method} ${path}`;
    if (of === 'POST /api/session') {
      const { email } = JSON.parse(init.body as string) as { email: string };
      const { id } = email === an.email ? an : binh;
      session = meSchema.parse({
        user: { id, email, name: email },
        grants: [{ unitId: '00000000-0000-4000-8000-0000000000aa', unitName: 'Xã', role: 'editor' }],
        csrfToken: `token ${++sessions}`,
        secondFactor: factor,
      });
      return Promise.resolve(answer(200, session));
    }
    if (of === 'GET /api/session')
      return Promise.resolve(session ? answer(200, session) : new Response(null, { status: 204 }));
    if (!session) return Promise.resolve(refuse(401, 'not_signed_in'));
    if (of === 'POST /api/session/second-factor') session = { ...session, secondFactor: 'passed' };
    if (of === 'POST /api/session/second-factor') return Promise.resolve(answer(200, session));
    if (of === 'DELETE /api/session') session = null;
    else if (session.secondFactor === 'code') return Promise.resolve(refuse(403, 'second_factor_needed'));
    tokens.push(new Headers(init.headers).get('x-csrf-token'));
    return Promise.resolve(new Response(null, { status: 204 }));
  }) as typeof globalThis.fetch;
  const app = new App(fetch, new QuietLive());
  return {
    app,
    tokens,
    signIn: (person: typeof an) => app.signIn({ email: person.email, password: 'x' }),
    save: () => app.api.send('PUT', '/api/notices/n', {}),
    endSession: () => (session = null),
    /** Every session has to show a second factor from now on. */
    demand: () => {
      factor = 'code';
      if (session) session = { ...session, secondFactor: factor };
    },
    /** What is on the glass: whose pages, and whether they are out of reach. */
    seen: () => [app.session.holder?.user.id ?? null, app.session.locked],
  };
}

describe('a session that ends while pages are open', () => {
  it('leaves them where they are, out of reach, until the same person has signed in again; then saving works', async () => {
    const { app, tokens, signIn, save, endSession, seen } = setting();
    await signIn(an);
    expect(seen()).toEqual([an.id, false]);
    endSession();
    await expect(save()).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(seen()).toEqual([an.id, true]);
    // What they may do is theirs still: a form beneath does not turn into one that can only be read.
    expect(app.session.may('content.edit')).toBe(true);
    expect((app.live as QuietLive).opened).toBe(false);
    await signIn(an);
    expect(seen()).toEqual([an.id, false]);
    await save();
    expect(tokens).toEqual(['token 2']);
  });

  it('gives way to the pages of another person who signs in', async () => {
    const { signIn, endSession, save, seen } = setting();
    await signIn(an);
    endSession();
    await save().catch(() => {});
    await signIn(binh);
    expect(seen()).toEqual([binh.id, false]);
  });

  it('keeps nothing when the person signs out', async () => {
    const { app, signIn, seen } = setting();
    await signIn(an);
    await app.signOut();
    expect(seen()).toEqual([null, false]);
    expect(app.session.me).toBeNull();
  });
});

it('asks who is signed in, and nobody is no error', async () => {
  const { app, signIn } = setting();
  await app.start();
  expect([app.session.me, app.session.error]).toEqual([null, null]);
  await signIn(an);
  await app.start();
  expect(app.session.me?.user.id).toBe(an.id);
});

describe('signing out with something unsaved', () => {
  it('asks first, and gives it up once the person is signed out', async () => {
    const { app, signIn, seen } = setting();
    await signIn(an);
    const said: string[] = [];
    let leave = false;
    app.unsaved.add({
      ask: () => {
        said.push('asked');
        return Promise.resolve(leave);
      },
      giveUp: () => said.push('given up'),
    });
    await app.signOut();
    expect(seen()).toEqual([an.id, false]);
    leave = true;
    await app.signOut();
    expect(seen()).toEqual([null, false]);
    expect(said).toEqual(['asked', 'asked', 'given up']);
  });

  it('puts no question beneath the way in, where nobody can answer it', async () => {
    const { app, signIn, demand, save, seen } = setting();
    await signIn(an);
    let givenUp = 0;
    app.unsaved.add({ ask: () => new Promise(() => {}), giveUp: () => givenUp++ });
    demand();
    await save().catch(() => {});
    await expect.poll(seen).toEqual([an.id, true]);
    await app.signOut();
    expect(seen()).toEqual([null, false]);
    expect(givenUp).toBe(1);
  });
});

describe('a second factor that is asked for while pages are open', () => {
  it('leaves them where they are, out of reach, until it is shown', async () => {
    const { app, signIn, demand, save, seen } = setting();
    await signIn(an);
    demand();
    await expect(save()).rejects.toMatchObject({ code: 'second_factor_needed' });
    // At once: whoever is refused can wait for the way back.
    expect(seen()).toEqual([an.id, true]);
    await app.proveSecondFactor('123456');
    expect(seen()).toEqual([an.id, false]);
  });

  it('of another person shows none of them', async () => {
    const { signIn, demand, endSession, save, seen } = setting();
    await signIn(an);
    endSession();
    await save().catch(() => {});
    demand();
    await signIn(binh);
    expect(seen()).toEqual([null, false]);
  });
});
