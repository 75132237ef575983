/** Spans of time as people read them. */

/** 0.4 s, 12 s, 3 min 20 s, 2 h 05 min, 3 d 4 h. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** "just now", "4 min ago". */
export function formatAgo(thenMs: number, nowMs: number): string {
  const ms = nowMs - thenMs;
  if (ms < 10_000) return 'just now';
  if (ms < 60_000) return `${Math.round(ms / 1000)} s ago`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h ago`;
  return `${Math.floor(ms / 86_400_000)} d ago`;
}

/** `14:05`, or with the day where it is another one. For the browser: it goes by its clock's place. */
export function formatClock(ms: number, nowMs: number): string {
  const [then, now] = [new Date(ms), new Date(nowMs)];
  const time = `${pad(then.getHours())}:${pad(then.getMinutes())}`;
  if (then.toDateString() === now.toDateString()) return time;
  return `${then.getFullYear()}-${pad(then.getMonth() + 1)}-${pad(then.getDate())} ${time}`;
}

/** What remains when trials go on ending at the pace so far; null before there is a pace. */
export function etaMs(params: {
  ended: number;
  total: number;
  createdMs: number;
  nowMs: number;
}): number | null {
  const { ended, total, createdMs, nowMs } = params;
  if (ended === 0 || ended >= total || nowMs <= createdMs) return null;
  return ((nowMs - createdMs) / ended) * (total - ended);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
