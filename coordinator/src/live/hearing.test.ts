import { expect, it } from 'vitest';
import { Hearing } from './hearing.js';

const told = (number: number) => new Map([['other', number]]);

it('misses nothing while every change comes, however late it looks', () => {
  const hearing = new Hearing();
  for (let number = 1; number <= 5; number++) {
    expect(hearing.hear('other', number)).toBe(true);
    expect(hearing.look(told(number))).toBe(false);
  }
});

it('gives a change until the next look to come', () => {
  const hearing = new Hearing();
  expect(hearing.look(told(1))).toBe(false);
  expect(hearing.hear('other', 1)).toBe(true);
  expect(hearing.look(told(1))).toBe(false);
});

it('finds a gap with the next change that comes', () => {
  const hearing = new Hearing();
  hearing.hear('other', 1);
  expect(hearing.hear('other', 3)).toBe(false);
  expect(hearing.hear('other', 4)).toBe(true);
});

it('finds at the second look that nothing comes at all, and says so once', () => {
  const hearing = new Hearing();
  expect(hearing.look(told(7))).toBe(false);
  expect(hearing.look(told(7))).toBe(true);
  expect(hearing.look(told(7))).toBe(false);
  expect(hearing.look(told(8))).toBe(false);
  expect(hearing.look(told(8))).toBe(true);
});

it('counts the end of another as missed, and one of the same name as new', () => {
  const hearing = new Hearing();
  hearing.hear('other', 1);
  hearing.look(told(1));
  expect(hearing.look(new Map())).toBe(true);
  expect(hearing.look(new Map())).toBe(false);
  expect(hearing.hear('other', 1)).toBe(true);
});
