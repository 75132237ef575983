import { describe, expect, it } from 'vitest';
import { checkTicket, LIVE_TICKET, mintTicket, newToken, SESSION_TICKET, sameSecret } from './token.js';

describe('tickets', () => {
  const token = newToken();

  it('are accepted by the token that minted them, until they expire', () => {
    const ticket = mintTicket(token, LIVE_TICKET, 1_000, 50_000);
    expect(checkTicket(token, LIVE_TICKET, ticket, 50_999)).toMatch(/^[\w-]{16}$/);
    expect(checkTicket(token, LIVE_TICKET, ticket, 51_000)).toBeNull();
  });

  it('serve no other purpose and no other platform', () => {
    const ticket = mintTicket(token, LIVE_TICKET, 60_000);
    expect(checkTicket(token, SESSION_TICKET, ticket)).toBeNull();
    expect(checkTicket(newToken(), LIVE_TICKET, ticket)).toBeNull();
  });

  it('are refused when any character is changed', () => {
    const ticket = mintTicket(token, SESSION_TICKET, 60_000);
    for (let at = 0; at < ticket.length; at += 1) {
      const forged = `${ticket.slice(0, at)}${ticket[at] === 'A' ? 'B' : 'A'}${ticket.slice(at + 1)}`;
      expect(checkTicket(token, SESSION_TICKET, forged)).toBeNull();
    }
  });

  it('are refused when they are not tickets at all', () => {
    for (const text of ['', '.', '...', 'session.9e15..', 'session.NaN.nonce.mac', 'a'.repeat(10_000)]) {
      expect(checkTicket(token, SESSION_TICKET, text)).toBeNull();
    }
  });
});

describe('sameSecret', () => {
  it('tells equal from different, whatever the lengths', () => {
    expect(sameSecret('abc', 'abc')).toBe(true);
    expect(sameSecret('abc', 'abd')).toBe(false);
    expect(sameSecret('', 'abc')).toBe(false);
    expect(sameSecret('abcd', 'abc')).toBe(false);
  });
});
