/** How busy a worker's machine is, whoever keeps it busy: memory and processors, in numbers and as bars. */
import type { MachineLoad } from '@adt/proto/gen/adt/v1/common';
import clsx from 'clsx';
import { formatBytes, formatPercent } from '@/format/number';

/** From here on a machine is short of it. */
const HIGH = 0.9;

export function LoadBars({ load: { memoryUsedBytes, memoryTotalBytes, cpuLoad } }: { load: MachineLoad }) {
  const memory = memoryTotalBytes === 0 ? 0 : memoryUsedBytes / memoryTotalBytes;
  return (
    <dl className="mt-3 space-y-1.5 text-sm">
      <Bar
        label="Memory of the machine"
        share={memory}
        text={`${formatBytes(memoryUsedBytes)} of ${formatBytes(memoryTotalBytes)}`}
      />
      <Bar label="Load a processor, last minute" share={cpuLoad} text={formatPercent(cpuLoad)} />
    </dl>
  );
}

function Bar({ label, share, text }: { label: string; share: number; text: string }) {
  return (
    <div className="grid grid-cols-[1fr_auto] gap-x-2">
      <dt className="text-muted text-xs">{label}</dt>
      <dd className="tabular text-xs">{text}</dd>
      <dd aria-hidden className="col-span-2 mt-0.5 h-1.5 overflow-hidden rounded-full bg-sunken">
        <div
          className={clsx('h-full', share >= HIGH ? 'bg-pruned' : 'bg-running')}
          style={{ width: `${Math.min(100, 100 * share)}%` }}
        />
      </dd>
    </div>
  );
}
