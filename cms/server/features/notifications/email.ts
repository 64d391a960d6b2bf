/** E-mail by SMTP. */
import { createTransport } from 'nodemailer';
import type { SmtpConfig } from '../../config.ts';
import { DeliveryError, type Channel } from './channel.ts';

const timeoutMs = 15_000;

/** What a message of this channel holds, as JSON. */
export interface Email {
  readonly subject: string;
  readonly text: string;
}

export function createEmail({ host, port, secure, user, password, from, requireTls }: SmtpConfig): Channel {
  const transport = createTransport({
    host,
    port,
    secure,
    requireTLS: requireTls,
    // By its own certificate nobody could be told from whoever stands between, so the connection alone is not enough.
    tls: { rejectUnauthorized: true },
    ...(user === null ? {} : { auth: { user, pass: password } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    host,
    async send(id, to, body) {
      const { subject, text } = JSON.parse(body) as Email;
      try {
        await transport.sendMail({
          from,
          to,
          subject,
          text,
          messageId: `<${id}@${from.split('@').at(-1)!.replace(/>.*$/, '')}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
      } catch (error) {
        throw toDeliveryError(error as Error & { code?: string; responseCode?: number });
      }
    },
    close: () => transport.close(),
  };
}

function toDeliveryError(error: Error & { code?: string; responseCode?: number }): DeliveryError {
  const { code, responseCode = 0 } = error;
  // The server's own words may name people; its codes say enough.
  if (code === 'EAUTH') return new DeliveryError('smtp_sign_in_failed', { isOfWay: true });
  if (code === 'ETLS') return new DeliveryError('smtp_tls_failed', { isOfWay: true });
  if (code === 'EENVELOPE' || code === 'EMESSAGE')
    return new DeliveryError('smtp_refused', { isFinal: responseCode >= 500 });
  return new DeliveryError('smtp_unreachable', { isOfWay: true });
}
