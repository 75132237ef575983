/** How busy this machine is, whoever keeps it busy: what people see beside the worker. */
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import type { MachineLoad } from '@adt/proto/gen/adt/v1/common';

/** Of the machine, or the part of it that the system shows: memory in bytes, load a core over the last minute. */
export function machineLoad(): MachineLoad {
  const memoryTotalBytes = totalmem();
  const [lastMinute = 0] = loadavg();
  return {
    memoryUsedBytes: memoryTotalBytes - freemem(),
    memoryTotalBytes,
    cpuLoad: lastMinute / availableParallelism(),
  };
}
