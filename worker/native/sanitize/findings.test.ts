/** What counts as a finding in each instrument's words. */
import { describe, expect, test } from 'vitest';
import { reportsOf } from './findings.mjs';

const OVERFLOW = `==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x61
WRITE of size 4 at 0x61 thread T9
    #0 0x7f in adt::Gmf::backward(adt::Samples const&, float const*) /a/worker/native/src/gmf.cpp:72
SUMMARY: AddressSanitizer: heap-buffer-overflow`;

const LEAKS = `==7==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 8 byte(s) in 1 object(s) allocated from:
    #0 0x7f in malloc
    #1 0xc7 in node::Start (/usr/bin/node+0xc7)

Direct leak of 64 byte(s) in 1 object(s) allocated from:
    #0 0x7f in malloc
    #1 0x7e (/a/worker/native/sanitize/build/address/adt_native.node+0x7e)

Indirect leak of 9 byte(s) in 1 object(s) allocated from:
    #0 0x7f in malloc
    #1 0x7e (/a/worker/native/sanitize/build/address/adt_native.node+0x7e)

SUMMARY: AddressSanitizer: 81 byte(s) leaked in 3 allocation(s).`;

const frame = (obj: string, fn: string) => `<frame><ip>0x1</ip><obj>${obj}</obj><fn>${fn}</fn></frame>`;
const memcheck = (obj: string) =>
  `<error><kind>InvalidWrite</kind><what>Invalid write of size 4</what><stack>${frame(obj, 'f')}</stack></error>`;

describe('a report', () => {
  test('of a sanitizer that ended the process counts', () => {
    expect(reportsOf(OVERFLOW)).toEqual([OVERFLOW]);
  });

  test('of leaks counts by those that we allocated', () => {
    const reports = reportsOf(LEAKS);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatch(/^Direct leak of 64 byte/);
  });

  test('of valgrind counts where a frame is ours', () => {
    const ours = memcheck('/a/worker/native/sanitize/build/valgrind/adt_native.node');
    const reports = reportsOf(`<?xml version="1.0"?>${memcheck('/usr/bin/node')}${ours}`);
    expect(reports).toEqual([expect.stringMatching(/^InvalidWrite: Invalid write of size 4\n {4}f /)]);
  });

  test('that is empty does not count', () => {
    expect(reportsOf('\n')).toEqual([]);
  });
});
