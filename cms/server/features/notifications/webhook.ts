/**
 * The webhook: JSON by POST to the one address that the machine's administrator has set, signed, so that its receiver knows that it is
 * from this CMS and not replayed. How to check it: docs/deploy.md.
 */
import { createHmac } from 'node:crypto';
import type { WebhookConfig } from '../../config.ts';
import { DeliveryError, type Channel } from './channel.ts';

const timeoutMs = 10_000;

/** @param at Unix time, seconds. @returns `t=…,v1=…`: HMAC-SHA-256 over `<t>.<body>`, hex */
export const signatureOf = (secret: string, at: number, body: string): string =>
  `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;

/** @param now ms UTC */
export function createWebhook({ url, secret }: WebhookConfig, now: () => number): Channel {
  return {
    host: new URL(url).host,
    async send(id, _to, body) {
      let response;
      try {
        response = await fetch(url, {
          method: 'POST',
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'user-agent': 'bang-tin-cms',
            'x-bang-tin-id': id,
            'x-bang-tin-signature': signatureOf(secret, Math.floor(now() / 1000), body),
          },
          body,
          // Another address is another receiver, which nobody has set.
          redirect: 'manual',
          signal: AbortSignal.timeout(timeoutMs),
        });
      } catch (error) {
        const code = (error as Error).name === 'TimeoutError' ? 'webhook_timeout' : 'webhook_unreachable';
        throw new DeliveryError(code, { isOfWay: true });
      }
      // Whatever it answers is nobody's to read.
      await response.body?.cancel();
      if (!response.ok) throw new DeliveryError('webhook_refused');
    },
    close: () => undefined,
  };
}
