import type { FastifyReply } from 'fastify';

export const sessionCookie = 'bt_session';

/** Hands the session's secret to the browser, out of reach of scripts; null takes it back. */
export function setSessionCookie(reply: FastifyReply, token: string | null): void {
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: reply.request.protocol === 'https' } as const;
  if (token === null) void reply.clearCookie(sessionCookie, options);
  // The server ends the session; the cookie goes with the browser's own session or here.
  else void reply.setCookie(sessionCookie, token, { ...options, maxAge: 7 * 86_400 });
}
