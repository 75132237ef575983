/** Saves a chart to a file, in the browser: SVG as it is drawn, PNG of that SVG at twice its size, CSV of its numbers. */
import type { ChartDrawing } from './drawing';

/** For screens and print: twice the pixels of the page. */
const PNG_SCALE = 2;

export function saveText(name: string, type: string, text: string): void {
  saveBlob(name, new Blob([text], { type }));
}

/** @throws Error where the browser cannot draw the SVG */
export async function savePng(name: string, { width, height, svg }: ChartDrawing): Promise<void> {
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width * PNG_SCALE;
  canvas.height = height * PNG_SCALE;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error(`${name}: the browser made no picture`);
  saveBlob(name, blob);
}

/** A file name that every system takes: `Best so far: valid/recall@50` is `best-so-far-valid-recall-50`. */
export function fileName(title: string): string {
  return (
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'chart'
  );
}

function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has its own hold on the blob once the click is handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
