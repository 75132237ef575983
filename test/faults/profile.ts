/** Timings of the processes under test: short ones for most faults, none of ours where defaults are measured. */

export type Profile = 'test' | 'default';

/** A dead worker is noticed in about three seconds, a dead leader in two, a wiped store in one and a half. */
const TEST_PROFILE = {
  ADT_HEARTBEAT_MS: '500',
  ADT_LEASE_TTL_MS: '3000',
  ADT_REAP_EVERY_MS: '200',
  ADT_LEADER_TTL_MS: '2000',
  ADT_LEADER_RENEW_MS: '500',
  ADT_SEARCH_EVERY_MS: '500',
  ADT_RELAY_EVERY_MS: '300',
  ADT_RECONCILE_EVERY_MS: '1500',
  ADT_ACK_WAIT_MS: '3000',
  ADT_NATS_TIMEOUT_MS: '2000',
} as const;

export const LEASE_TTL_MS = Number(TEST_PROFILE.ADT_LEASE_TTL_MS);

export function timings(profile: Profile): NodeJS.ProcessEnv {
  return profile === 'test' ? TEST_PROFILE : {};
}
