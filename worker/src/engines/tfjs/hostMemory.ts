/** Tensors whose memory this process can reach: those of the backends wasm and cpu. */
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

/**
 * A float32 tensor's own memory, not a copy: what is written there is the tensor's value. Valid until the next
 * operation, which may move the memory. Null where the backend keeps it elsewhere.
 */
export function memoryOf(tensor: tf.TensorInfo): Float32Array | null {
  switch (tf.getBackend()) {
    case 'wasm':
      return (tf.backend() as BackendWasm).typedArrayFromHeap(tensor) as Float32Array;
    case 'cpu':
      return (tf.backend() as MathBackendCPU).data.get(tensor.dataId).values as Float32Array;
    default:
      return null;
  }
}
