/** What TensorFlow.js can compute on, and what is said of a backend; free of TensorFlow.js itself. */

/** Fastest first. */
export const BACKENDS = ['node-gpu', 'node', 'wasm', 'cpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** Why a backend was not taken, and what to do about it. */
export type SkippedBackend = { name: BackendName; reason: string };

export type LoadedBackend = {
  name: BackendName;
  version: string;
  /** Say `gpu (TensorFlow, CUDA)`, `cpu (wasm, simd)`. */
  device: string;
};

export type BackendResult = { ok: true; backend: LoadedBackend } | { ok: false; skipped: SkippedBackend[] };
