'use client';
/** Hands the policy's nonce to the one library that adds a style element: the scroll lock behind dialogs. */

export function StyleNonce({ nonce }: { nonce: string }) {
  // Where bundlers put it by convention; the library reads it when a dialog first opens.
  // The first one stands: a page that is rendered anew is given another, which the document's policy does not know.
  if (typeof window !== 'undefined' && !('__webpack_nonce__' in window))
    Object.assign(window, { __webpack_nonce__: nonce });
  return null;
}
