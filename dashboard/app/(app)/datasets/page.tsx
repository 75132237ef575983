/** The data sets: size, false positives, where they come from. */
import type { Dataset, PartStats } from '@adt/proto/gen/adt/v1/search';
import type { Metadata } from 'next';
import { ImportDataset } from '@/components/datasets/importDataset';
import { licenceOf } from '@/components/datasets/origin';
import { PageHeader } from '@/components/shell/page';
import { Ago } from '@/components/time/clock';
import { Badge } from '@/components/ui/badge';
import { EmptyState } from '@/components/ui/emptyState';
import { Table, Td, Th } from '@/components/ui/table';
import { ABSENT, formatBytes, formatCount, formatPercent } from '@/format/number';
import { show } from '@/lib/page';
import { listDatasets } from '@/lib/search';

export const metadata: Metadata = { title: 'Data sets' };

export default async function DatasetsPage() {
  return show(await listDatasets(), (datasets) => (
    <>
      <PageHeader
        title="Data sets"
        note="As in the paper’s Table 2: what there is, and how much of it is noise."
        actions={<ImportDataset taken={datasets.map(({ name }) => name)} />}
      />
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        {datasets.length === 0 ? (
          <EmptyState title="No data sets yet">
            “Import” says how to make one of your files, and takes one that is made already.
          </EmptyState>
        ) : (
          <DatasetTable datasets={datasets} />
        )}
      </div>
    </>
  ));
}

function DatasetTable({ datasets }: { datasets: readonly Dataset[] }) {
  return (
    <Table>
      <thead>
        <tr>
          <Th>Name</Th>
          <Th numeric>Users</Th>
          <Th numeric>Items</Th>
          <Th numeric>Interactions</Th>
          <Th numeric>False positives</Th>
          <Th numeric>Train</Th>
          <Th numeric>Validation</Th>
          <Th numeric>Test</Th>
          <Th>False positive means</Th>
          <Th>Source and licence</Th>
          <Th numeric>Size</Th>
          <Th numeric>Added</Th>
        </tr>
      </thead>
      <tbody className="[&>tr:last-child>td]:border-b-0">
        {datasets.map((dataset) => (
          <DatasetRow key={dataset.name} dataset={dataset} />
        ))}
      </tbody>
    </Table>
  );
}

function DatasetRow({ dataset }: { dataset: Dataset }) {
  const parts = [dataset.train, dataset.valid, dataset.test];
  const interactions = parts.reduce((sum, part) => sum + (part?.interactions ?? 0), 0);
  return (
    <tr className="hover:bg-sunken/60">
      <Td>
        <span className="font-medium">{dataset.name}</span>{' '}
        {dataset.missing && <Badge tone="bad">content lost: upload it again</Badge>}
        <span title={dataset.sha256} className="block font-mono text-muted text-xs">
          {dataset.sha256.slice(0, 12)}
        </span>
      </Td>
      <Td numeric>{formatCount(dataset.users)}</Td>
      <Td numeric>{formatCount(dataset.items)}</Td>
      <Td numeric>{formatCount(interactions)}</Td>
      <Td numeric>{falsePositives(parts)}</Td>
      {(['train', 'valid', 'test'] as const).map((part) => (
        <Td numeric key={part}>
          {formatCount(dataset[part]?.interactions ?? 0)}
        </Td>
      ))}
      <Td className="whitespace-nowrap">{dataset.fpRule || ABSENT}</Td>
      <Td className="max-w-56">
        <span className="block truncate text-muted" title={dataset.source}>
          {dataset.source || ABSENT}
        </span>
        <span className="block truncate text-muted text-xs">{licenceOf(dataset)}</span>
      </Td>
      <Td numeric>{formatBytes(dataset.bytes)}</Td>
      <Td numeric className="text-muted">
        <Ago ms={dataset.createdMs} />
      </Td>
    </tr>
  );
}

/** Over the parts that carry flags: the others say nothing about theirs. */
function falsePositives(parts: readonly (PartStats | undefined)[]): string {
  const flagged = parts.filter((part) => part?.falsePositives !== undefined);
  if (flagged.length === 0) return ABSENT;
  const count = flagged.reduce((sum, part) => sum + (part?.falsePositives ?? 0), 0);
  const all = flagged.reduce((sum, part) => sum + (part?.interactions ?? 0), 0);
  return `${formatCount(count)} (${formatPercent(all === 0 ? 0 : count / all)})`;
}
