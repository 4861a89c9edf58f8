/** A block that was scanned. */
export interface KnownBlock {
  height: number;
  /** Hex. */
  hash: string;
}
