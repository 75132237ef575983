'use client';
/** Hands the policy's nonce to the one library that adds a style element: the scroll lock behind dialogs. */

export function StyleNonce({ nonce }: { nonce: string }) {
  // Where bundlers put it by convention; the library reads it when a dialog first opens.
  if (typeof window !== 'undefined') Object.assign(window, { __webpack_nonce__: nonce });
  return null;
}
