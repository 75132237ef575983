'use client';
/** The frame of every chart: title with unit, legend that switches, export, and the same in words for screen readers. */
import { type ReactNode, useRef } from 'react';
import { Card } from '@/components/ui/card';
import { useNotify } from '@/components/ui/toast';
import { ChartLegend, type ChartLegendProps } from './chartLegend';
import { type ChartTable, csvOf } from './chartTable';
import { tokenColour } from './colours';
import { type ChartDrawing, type ColourOf, svgDocument } from './drawing';
import { fileName, savePng, saveText } from './saveChart';

export type ChartFrameProps = {
  title: string;
  /** What the numbers count. */
  unit: string;
  legend?: ChartLegendProps;
  /** The chart in a sentence or two. */
  summary: string;
  /** The chart in few rows, read out where the picture is not seen. */
  digest?: ChartTable;
  /** All numbers that are shown, for CSV. Called on export. */
  table: () => ChartTable;
  /** The chart as SVG, for SVG and PNG. Called on export; null: there is nothing to draw. */
  draw: (colourOf: ColourOf) => ChartDrawing | null;
  /** Beside the legend: what else can be chosen. */
  controls?: ReactNode;
  /** Below the chart. */
  note?: ReactNode;
  /** Why there is nothing to draw and what to do about it; takes the chart's place. */
  empty?: ReactNode;
  className?: string;
  children: ReactNode;
};

export function ChartFrame(props: ChartFrameProps) {
  const { title, unit, legend, summary, digest, controls, note, empty, children } = props;
  const isEmpty = empty !== undefined && empty !== null && empty !== false;
  return (
    <Card
      className={props.className}
      title={
        <>
          {title} <span className="font-normal text-muted text-sm">· {unit}</span>
        </>
      }
      actions={
        <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
          {controls}
          {legend && legend.entries.length > 0 && <ChartLegend {...legend} />}
          {!isEmpty && <Export {...props} />}
        </div>
      }
    >
      <figure aria-label={title}>
        {isEmpty ? <div className="px-4 py-10 text-center text-muted text-sm">{empty}</div> : children}
        <figcaption className="sr-only">{summary}</figcaption>
      </figure>
      {digest && !isEmpty && <Digest title={title} digest={digest} />}
      {note && <div className="mt-1 text-center text-muted text-xs">{note}</div>}
    </Card>
  );
}

const FORMATS = ['PNG', 'SVG', 'CSV'] as const;

function Export({ title, unit, legend, table, draw }: ChartFrameProps) {
  const notify = useNotify();
  const group = useRef<HTMLFieldSetElement>(null);
  const drawn = (): ChartDrawing | null => {
    const colourOf: ColourOf = (variable) =>
      group.current === null ? 'currentColor' : tokenColour(group.current, variable);
    const drawing = draw(colourOf);
    const shown = legend?.entries.filter(({ key }) => !legend.hidden.includes(key)) ?? [];
    return drawing && svgDocument({ title, unit, legend: shown, drawing, colourOf });
  };
  const save = async (format: (typeof FORMATS)[number]): Promise<void> => {
    const name = `${fileName(title)}.${format.toLowerCase()}`;
    if (format === 'CSV') return saveText(name, 'text/csv;charset=utf-8', csvOf(table()));
    const picture = drawn();
    if (picture === null) return;
    if (format === 'SVG') saveText(name, 'image/svg+xml', picture.svg);
    else await savePng(name, picture);
  };
  const failed = () =>
    notify({
      title: 'The picture could not be made',
      detail: 'The browser refused to draw it. Export SVG or CSV instead.',
      tone: 'bad',
    });
  return (
    <fieldset ref={group} aria-label={`Export: ${title}`} className="flex text-muted text-xs">
      {FORMATS.map((format) => (
        <button
          key={format}
          type="button"
          onClick={() => save(format).catch(failed)}
          className="rounded-sm px-1.5 py-0.5 hover:bg-sunken hover:text-fg"
        >
          {format}
        </button>
      ))}
    </fieldset>
  );
}

function Digest({ title, digest: { columns, rows } }: { title: string; digest: ChartTable }) {
  return (
    // A table grows with its content whatever its width: hidden by itself it would widen the page.
    <div className="sr-only">
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.join('|')}>
              {row.map((cell, at) => (
                <td key={columns[at]}>{cell ?? 'none'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
