import type { Asset } from '#interledger/stream/connection/state.ts';

/** One of the two. */
export type UplinkSettings =
  | {
      kind: 'btp';
      url: string /* btp+ws:// or btp+wss:// without token */;
      username: string;
      token: string | null /* null: the one of Identity */;
    }
  | {
      kind: 'http';
      url: string;
      outgoingToken: string;
      incomingToken: string;
      peerName: string | null;
      address: string | null;
      asset: Asset | null /* for peers without ILDCP */;
    };
