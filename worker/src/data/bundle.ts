/** A data set in memory: interactions of three parts as CSR arrays, and the header that describes them. */

/** Interactions of one part, by user. Items of a user are ascending and unique. */
export type Csr = {
  /** (U + 1): the items of user u are items[rowStarts[u] .. rowStarts[u + 1]). */
  rowStarts: Uint32Array;
  /** (N): item ids in [0, I). */
  items: Uint32Array;
  /** (N): 1 = true positive, 0 = false positive; null where the part has no flags. */
  truePositive: Uint8Array | null;
};

export const PARTS = ['train', 'valid', 'test'] as const;
export type Part = (typeof PARTS)[number];

export type PartStats = {
  interactions: number;
  /** null: the part has no flags. */
  falsePositives: number | null;
};

/** What a bundle says of itself; kept as JSON in the file, in Postgres and in listings. */
export type BundleHeader = {
  format: 1;
  name: string;
  users: number;
  items: number;
  parts: Record<Part, PartStats>;
  /** How false positives were told, say `rating<3`, `dwell<10`, `flag`, or `none`. */
  fpRule: string;
  /** Where the data came from: file names as given, generator and seed, split and seed. */
  source: string;
  /** Bytes of the sections that hold the ids of the source; null where the ids are the source's own integers. */
  idBytes: { users: number | null; items: number | null };
};

/** The ids of the source by number: `users[u]` is what the file called user u; null where u itself is the id. */
export type BundleIds = { users: string[] | null; items: string[] | null };

export type Bundle = {
  /** Content address: SHA-256 of the file, 64 hex digits. */
  sha256: string;
  /** Size of the file. */
  bytes: number;
  header: BundleHeader;
} & Record<Part, Csr>;
