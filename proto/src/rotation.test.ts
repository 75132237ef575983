import { expect, it } from 'vitest';
import { ADDRESSES, Rotation } from './rotation.js';

it('stays with one until it is left, and comes round', () => {
  const rotation = new Rotation(['a', 'b', 'c'], 4);
  expect(rotation.current).toBe('b');
  rotation.leave('b');
  expect(rotation.current).toBe('c');
  rotation.leave('c');
  expect(rotation.current).toBe('a');
});

it('moves on once, however many calls found the same one silent', () => {
  const rotation = new Rotation(['a', 'b']);
  for (let call = 0; call < 3; call++) rotation.leave('a');
  expect(rotation.current).toBe('b');
});

it('stays where there is nowhere to go, and refuses to begin with nothing', () => {
  const rotation = new Rotation(['a']);
  rotation.leave('a');
  expect(rotation.current).toBe('a');
  expect(() => new Rotation([])).toThrow('at least one');
});

it('knows a list of addresses', () => {
  for (const good of ['a:1', '127.0.0.1:7070,b.example:7071', '[::1]:7070'])
    expect(ADDRESSES.test(good)).toBe(true);
  for (const bad of ['', 'a', 'a:1,', 'a:1, b:2', ',a:1', 'a:1;b:2']) expect(ADDRESSES.test(bad)).toBe(false);
});
