/** A block that was looked through. */
export interface KnownBlock {
  height: number;
  /** Hex. */
  hash: string;
}
