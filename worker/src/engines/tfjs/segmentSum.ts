/**
 * The kernel UnsortedSegmentSum for the backends wasm, which has none, and cpu, whose own passes once over the data
 * for each segment: minutes for one step on 25,000 rows, where this takes milliseconds.
 */
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

const KERNEL = 'UnsortedSegmentSum';

/** Replaces the backend's kernel, or gives it one. */
export function registerSegmentSum(backendName: 'wasm' | 'cpu'): void {
  if (tf.getKernel(KERNEL, backendName)) tf.unregisterKernel(KERNEL, backendName);
  tf.registerKernel({
    kernelName: KERNEL,
    backendName,
    kernelFunc: backendName === 'wasm' ? wasmSegmentSum : cpuSegmentSum,
  });
}

type KernelArguments = Parameters<tf.KernelFunc>[0];

function wasmSegmentSum({ inputs, attrs, backend: generic }: KernelArguments): tf.TensorInfo {
  const backend = generic as BackendWasm;
  const { x, segmentIds } = inputs as Record<'x' | 'segmentIds', tf.TensorInfo>;
  const shape = [Number(attrs?.numSegments), ...x.shape.slice(1)];
  const output = backend.makeOutput(shape, 'float32');
  // Views are taken after the last allocation, which may move the heap.
  const sum = backend.typedArrayFromHeap(output) as Float32Array;
  const values = backend.typedArrayFromHeap(x) as Float32Array;
  const segments = backend.typedArrayFromHeap(segmentIds) as Int32Array;
  addRows(values, segments, sum.fill(0), rowLength(shape));
  return output;
}

function cpuSegmentSum({ inputs, attrs, backend: generic }: KernelArguments): tf.TensorInfo {
  const backend = generic as MathBackendCPU;
  const { x, segmentIds } = inputs as Record<'x' | 'segmentIds', tf.TensorInfo>;
  const shape = [Number(attrs?.numSegments), ...x.shape.slice(1)];
  const sum = new Float32Array(tf.util.sizeFromShape(shape));
  const values = backend.data.get(x.dataId).values as Float32Array;
  const segments = backend.data.get(segmentIds.dataId).values as Int32Array;
  addRows(values, segments, sum, rowLength(shape));
  return backend.makeTensorInfo(shape, 'float32', sum);
}

function rowLength(shape: readonly number[]): number {
  return tf.util.sizeFromShape(shape.slice(1));
}

/** sum[segments[n]] += values[n], row by row, in order. */
function addRows(values: Float32Array, segments: Int32Array, sum: Float32Array, columns: number): void {
  for (let n = 0; n < segments.length; n += 1) {
    const from = n * columns;
    const to = (segments[n] as number) * columns;
    for (let c = 0; c < columns; c += 1) sum[to + c] = (sum[to + c] as number) + (values[from + c] as number);
  }
}
