import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const read = (argv: string[] = [], env: NodeJS.ProcessEnv = {}) => readConfig(argv, env, '/srv/bang-tin');

describe('readConfig', () => {
  it('has a default for everything', () => {
    expect(read()).toEqual({
      port: 8080,
      host: '127.0.0.1',
      data: '/srv/bang-tin/data',
      empty: false,
      restored: false,
      tty: false,
      web: null,
      stage: null,
      databaseUrl: null,
      tls: null,
      trustProxy: false,
      publicUrl: null,
      logLevel: 'info',
      smtp: null,
      webhook: null,
      releaseKey: null,
    });
  });

  it('takes flags and variables, relative folders from where it was started', () => {
    const config = read(
      ['--port', '0', '--data', 'd', '--web', '/w', '--stage', 's', '--empty', '--tty', '--host', '::1'],
      {
        DATABASE_URL: 'postgres://u:p@db/bt',
        BANG_TIN_TRUST_PROXY: '1',
        BANG_TIN_PUBLIC_URL: 'https://bangtin.example.vn/',
        BANG_TIN_LOG_LEVEL: 'warn',
      },
    );
    expect(config).toMatchObject({
      port: 0,
      host: '::1',
      data: '/srv/bang-tin/d',
      web: '/w',
      stage: '/srv/bang-tin/s',
      empty: true,
      tty: true,
      databaseUrl: 'postgres://u:p@db/bt',
      trustProxy: true,
      publicUrl: 'https://bangtin.example.vn',
      logLevel: 'warn',
    });
  });

  it('takes certificate and key together', () => {
    expect(read(['--tls-cert', 'c.pem', '--tls-key', '/k.pem']).tls).toEqual({
      cert: '/srv/bang-tin/c.pem',
      key: '/k.pem',
    });
    expect(() => read(['--tls-cert', 'c.pem'])).toThrow(ConfigError);
    expect(() => read(['--tls-key', 'k.pem'])).toThrow(/--tls-cert and --tls-key go together/);
  });

  it('treats an empty variable as absent', () => {
    expect(read([], { DATABASE_URL: ' ', BANG_TIN_LOG_LEVEL: '' })).toMatchObject({
      databaseUrl: null,
      logLevel: 'info',
    });
  });

  it.each([
    [['--port', '70000'], {}, '--port'],
    [['--port', 'x'], {}, '--port'],
    [['--data', ' '], {}, '--data'],
    [['--colour'], {}, 'flags'],
    [['extra'], {}, 'flags'],
    [[], { DATABASE_URL: 'mysql://u:secret@db/bt' }, 'DATABASE_URL'],
    [[], { BANG_TIN_TRUST_PROXY: 'yes' }, 'BANG_TIN_TRUST_PROXY'],
    [[], { BANG_TIN_PUBLIC_URL: 'bangtin' }, 'BANG_TIN_PUBLIC_URL'],
    [[], { BANG_TIN_LOG_LEVEL: 'loud' }, 'BANG_TIN_LOG_LEVEL'],
  ])('refuses %j %j and names %s, without quoting secrets', (argv, env, field) => {
    let thrown: unknown;
    try {
      read(argv, env as NodeJS.ProcessEnv);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    expect(thrown).toMatchObject({ code: 'config_invalid', field });
    expect((thrown as Error).message).not.toContain('secret');
  });

  it('takes a mail server, encrypted unless it is this machine', () => {
    const from = { BANG_TIN_SMTP_FROM: 'Bảng Tin <bangtin@example.vn>' };
    const smtp = (url: string) => read([], { BANG_TIN_SMTP_URL: url, ...from }).smtp;
    expect(smtp('smtps://bang%40tin:p%2Fw@mail.example.vn')).toEqual({
      host: 'mail.example.vn',
      port: 465,
      secure: true,
      requireTls: false,
      user: 'bang@tin',
      password: 'p/w',
      from: from.BANG_TIN_SMTP_FROM,
    });
    expect(smtp('smtp://mail.example.vn')).toMatchObject({ port: 587, secure: false, requireTls: true, user: null });
    expect(smtp('smtp://127.0.0.1:2525')).toMatchObject({ port: 2525, requireTls: false });
    for (const url of ['http://mail.example.vn', 'mail.example.vn', 'smtps://u:100%@mail.example.vn'])
      expect(() => smtp(url)).toThrow(ConfigError);
    expect(() => read([], { BANG_TIN_SMTP_URL: 'smtps://u:secret@mail.example.vn' })).toThrow(/^BANG_TIN_SMTP_FROM/);
  });

  it('takes one webhook, by https or on this machine, with a secret, and quotes none of it', () => {
    const webhook = (url: string, secret = 'a-secret-of-enough-length') =>
      read([], { BANG_TIN_WEBHOOK_URL: url, BANG_TIN_WEBHOOK_SECRET: secret }).webhook;
    expect(webhook('https://hooks.example.vn/x?y=1')).toEqual({
      url: 'https://hooks.example.vn/x?y=1',
      secret: 'a-secret-of-enough-length',
    });
    expect(webhook('http://127.0.0.1:9000/')).not.toBeNull();
    for (const url of [
      'http://hooks.example.vn',
      'http://10.0.0.1',
      'https://u:p@hooks.example.vn',
      'file:///etc/passwd',
    ])
      expect(() => webhook(url)).toThrow(/^BANG_TIN_WEBHOOK_URL takes/);
    expect(() => webhook('https://hooks.example.vn', 'short')).toThrow(/^BANG_TIN_WEBHOOK_SECRET takes/);
  });
});
