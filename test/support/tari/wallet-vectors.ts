import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** What Tari's own code (wallet 6.2.0) made of addresses, payment ids, messages and amounts. Bytes are in hex. */
export interface WalletVectors {
  addresses: readonly {
    base58: string;
    emoji: string;
    hex: string;
    json: string;
    network: number;
    features: number;
    payment_id: string;
    spend: string;
    view: string | null;
  }[];
  amounts: readonly (readonly [microTari: string, displayed: string])[];
  memos: readonly { kind: string; memo: { bytes: string; display: string; text: string } }[];
  messages: readonly {
    address: string;
    message: string;
    public: string;
    public_nonce: string;
    secret: string;
    signature: string;
  }[];
  verdicts: readonly { hex: string; valid: boolean; error: string | null; from_str: boolean }[];
}

export const walletVectors: WalletVectors = JSON.parse(
  gunzipSync(readFileSync(new URL('../../vectors/wallet-6.2.json.gz', import.meta.url))).toString('utf8'),
);

/** The calls of the notification script for one payment, in their order. */
export const recordedNotifications: readonly (readonly string[])[] = readFileSync(
  new URL('../../vectors/wallet-notifications.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { args: string[] }).args);
