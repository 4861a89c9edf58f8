import { PREPARE, type Prepare } from '#interledger/ilp/packet.ts';
import { orUndefined } from '#interledger/packet-error.ts';
import { connectionKeys } from '#interledger/stream/crypto.ts';
import { openStreamPacket } from '#interledger/stream/packet.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Opened } from './credentials.ts';

/**
 * Whether a packet may open a connection. Who sends it must have proved that it has the secret before the books are
 * asked, and no more than so many questions are under way; packets of one agreement share one.
 */
export class Admission {
  readonly #isOpen: (agreementId: string) => Promise<boolean>;
  readonly #maxLookUps: number;
  readonly #log: Logger;
  readonly #lookUps = new Map<string, Promise<boolean | undefined>>();

  constructor(isOpen: (agreementId: string) => Promise<boolean>, maxLookUps: number, log: Logger) {
    this.#isOpen = isOpen;
    this.#maxLookUps = maxLookUps;
    this.#log = log;
  }

  /** The code of the reject, if the packet may not. */
  async refusalOf({ sharedSecret, agreementId }: Opened, prepare: Prepare): Promise<'F02' | 'F06' | 'T03' | undefined> {
    const { encryption } = connectionKeys(sharedSecret);
    if (orUndefined(() => openStreamPacket(encryption, prepare.data, PREPARE)) === undefined) return 'F06';
    if (agreementId === null) return undefined;
    const isOpen = await this.#lookUp(agreementId);
    if (isOpen === undefined) return 'T03';
    return isOpen ? undefined : 'F02';
  }

  /** Undefined if the books can't be asked now. */
  #lookUp(agreementId: string): Promise<boolean | undefined> {
    const underWay = this.#lookUps.get(agreementId);
    if (underWay !== undefined) return underWay;
    if (this.#lookUps.size >= this.#maxLookUps) return Promise.resolve(undefined);
    const lookUp = this.#isOpen(agreementId)
      .catch((err: unknown) => {
        this.#log.warn({ err }, 'Could not look an agreement up; the connection is refused for now');
        return undefined;
      })
      .finally(() => this.#lookUps.delete(agreementId));
    this.#lookUps.set(agreementId, lookUp);
    return lookUp;
  }
}
