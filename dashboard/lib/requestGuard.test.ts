/** Hosts and origins that may pass. */
import { describe, expect, test } from 'vitest';
import { isKnownHost, isSameOrigin } from './requestGuard';

describe('isKnownHost', () => {
  test('loopback passes with any port, also over IPv6', () => {
    for (const host of ['127.0.0.1:3000', 'localhost', 'LOCALHOST:80', '[::1]:3000']) {
      expect(isKnownHost(host, []), host).toBe(true);
    }
  });

  test('other names pass only when they are allowed', () => {
    expect(isKnownHost('adt.example.org:443', ['adt.example.org'])).toBe(true);
    expect(isKnownHost('adt.example.org', [])).toBe(false);
  });

  test('names that only look like loopback do not pass', () => {
    for (const host of [null, '', '127.0.0.1.evil.example', 'localhost.evil.example', '[::2]:80']) {
      expect(isKnownHost(host, []), String(host)).toBe(false);
    }
  });
});

describe('isSameOrigin', () => {
  const from = (headers: Record<string, string>) =>
    isSameOrigin(new Headers({ host: '127.0.0.1:3000', ...headers }));

  test('a request of our own page passes', () => {
    expect(from({ origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-origin' })).toBe(true);
    expect(from({ origin: 'http://127.0.0.1:3000' })).toBe(true);
  });

  test('another port, another site, an opaque origin and no statement at all do not pass', () => {
    expect(from({ origin: 'http://127.0.0.1:3001' })).toBe(false);
    expect(from({ origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' })).toBe(false);
    expect(from({ origin: 'null' })).toBe(false);
    expect(from({})).toBe(false);
  });
});
