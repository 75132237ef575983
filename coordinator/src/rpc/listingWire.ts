/** The list of a sweep's configurations as a message; the command line makes it without a platform too. */
import type { Listing } from '@adt/proto/gen/adt/v1/search';
import type { Listing as ConfigurationList } from '../search/listing.js';

/** Parameters that are not active are empty cells. */
export function listingToWire(listing: ConfigurationList): Listing {
  const { columns, rows, common, seeds, more, suggested } = listing;
  return {
    columns: [...columns],
    rows: rows.map((cells) => ({ cells: cells.map((cell) => String(cell ?? '')) })),
    common: Object.entries(common).map(([name, value]) => ({ name, value: String(value) })),
    seeds: [...seeds],
    more,
    suggested,
  };
}
