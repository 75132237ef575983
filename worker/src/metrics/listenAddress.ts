/** Where the metrics port may be: on loopback, or elsewhere when somebody says that it may be read from there. */

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * ADT_METRICS_LISTEN, host:port; null where it is not set.
 * @throws RangeError with the variable's name
 */
export function metricsListenOf(env: Readonly<Record<string, string | undefined>>): string | null {
  const { ADT_METRICS_LISTEN: listen, ADT_METRICS_OPEN: open } = env;
  if (listen === undefined || listen === '') return null;
  if (!/^(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}$/i.test(listen))
    throw new RangeError('ADT_METRICS_LISTEN: must be host:port');
  const host = listen.slice(0, listen.lastIndexOf(':'));
  if (LOOPBACK.includes(host) || open === '1') return listen;
  throw new RangeError(
    `ADT_METRICS_LISTEN: ${host} is not loopback, and whoever reaches this port reads how the platform is doing; set ADT_METRICS_OPEN=1 where they may`,
  );
}
