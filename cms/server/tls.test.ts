import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ConfigError } from './config.ts';
import { createTestApp } from './testing.ts';
import { createTlsServer, readTls } from './tls.ts';

let folder: string;
const path = (name: string): string => join(folder, name);

/** A key with a certificate for itself; false: this machine has no openssl to make one. */
function makeCertificate(name: string): boolean {
  const files = ['-keyout', path(`${name}.key`), '-out', path(`${name}.pem`)];
  try {
    const options = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...options, '-subj', '/CN=localhost', ...files], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-tls-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('TLS', () => {
  it('serves HTTPS and promises it when given certificate and key', async (context) => {
    if (!makeCertificate('own')) return context.skip('openssl is not installed, so there is no certificate to try');
    const test = await createTestApp(['--tls-cert', path('own.pem'), '--tls-key', path('own.key')]);
    try {
      const url = await test.app.listen();
      expect(url).toMatch(/^https:/);
      const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
        request(`${url}/health`, { rejectUnauthorized: false }, (response) => resolve(response.headers))
          .once('error', reject)
          .end();
      });
      expect(headers['strict-transport-security']).toBe('max-age=31536000');
    } finally {
      await test.discard();
    }
  });

  it('serves the renewed certificate without a restart, and the former one while the new files do not match', async (context) => {
    if (!makeCertificate('old') || !makeCertificate('new'))
      return context.skip('openssl is not installed, so there is no certificate to try');
    const files = { cert: path('served.pem'), key: path('served.key') };
    copyFileSync(path('old.pem'), files.cert);
    copyFileSync(path('old.key'), files.key);
    const warned = vi.fn();
    const log = pino({ level: 'warn' }, { write: warned });
    const { server, stop } = createTlsServer(files, (_, response) => response.end(), log, 20);
    try {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const served = () =>
        new Promise<string>((resolve, reject) => {
          const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
            resolve(socket.getPeerX509Certificate()!.toString());
            socket.destroy();
          }).once('error', reject);
        });
      const textOf = (name: string) => new X509Certificate(readFileSync(path(name))).toString();
      expect(await served()).toBe(textOf('old.pem'));
      copyFileSync(path('new.pem'), files.cert);
      await vi.waitFor(() => expect(warned).toHaveBeenCalled(), { timeout: 10_000 });
      expect(await served()).toBe(textOf('old.pem'));
      copyFileSync(path('new.key'), files.key);
      await vi.waitFor(async () => expect(await served()).toBe(textOf('new.pem')), { timeout: 10_000 });
    } finally {
      stop();
      server.close();
    }
  });

  it('gives an upload over a thin line the time that it takes, whoever speaks TLS', () => {
    const { server } = createTlsServer(null, () => undefined, pino({ level: 'silent' }));
    expect([server.requestTimeout, server.headersTimeout]).toEqual([0, 60_000]);
  });

  it('names the flag whose file is wrong', (context) => {
    expect(() => readTls({ cert: path('none'), key: path('none') })).toThrow(/--tls-cert: ENOENT/);
    writeFileSync(path('text.pem'), 'no certificate');
    expect(() => readTls({ cert: path('text.pem'), key: path('text.pem') })).toThrow(ConfigError);
    if (!makeCertificate('a') || !makeCertificate('b')) return context.skip('openssl is not installed');
    expect(() => readTls({ cert: path('a.pem'), key: path('b.key') })).toThrow(/no certificate with its key/);
  });
});
