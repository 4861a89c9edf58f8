import type { BtpFrame } from '#interledger/btp/frame.ts';
import type { Prepare } from '#interledger/ilp/packet.ts';
import type { Frame } from '#interledger/stream/frames.ts';
import type { StreamPacket } from '#interledger/stream/packet.ts';
import { type Codecs, published } from './published.ts';

/** Our packets in the form that the published codecs take. */

const long = (value: bigint) => published.long().fromString(String(value), true);

export function theirPrepare({ amount, expiresAtMs, condition, destination, data }: Prepare) {
  return {
    amount: String(amount),
    expiresAt: new Date(expiresAtMs),
    executionCondition: Buffer.from(condition),
    destination,
    data: Buffer.from(data),
  };
}

export function theirStreamPacket({ sequence, carrier, amount, frames }: StreamPacket): Codecs {
  return new (published.streamPacket().Packet)(long(sequence), carrier, long(amount), frames.map(theirFrame));
}

export function theirFrame(frame: Frame): Codecs {
  const their = published.streamPacket();
  switch (frame.type) {
    case 'connectionClose':
      return new their.ConnectionCloseFrame(frame.code, frame.message);
    case 'connectionNewAddress':
      return new their.ConnectionNewAddressFrame(frame.address);
    case 'connectionMaxData':
      return new their.ConnectionMaxDataFrame(long(frame.maxOffset));
    case 'connectionDataBlocked':
      return new their.ConnectionDataBlockedFrame(long(frame.maxOffset));
    case 'connectionMaxStreamId':
      return new their.ConnectionMaxStreamIdFrame(long(frame.maxStreamId));
    case 'connectionStreamIdBlocked':
      return new their.ConnectionStreamIdBlockedFrame(long(frame.maxStreamId));
    case 'connectionAssetDetails':
      return new their.ConnectionAssetDetailsFrame(frame.assetCode, frame.assetScale);
    default:
      return theirStreamFrame(frame, long(frame.streamId));
  }
}

function theirStreamFrame(frame: Extract<Frame, { streamId: bigint }>, id: unknown): Codecs {
  const their = published.streamPacket();
  switch (frame.type) {
    case 'streamClose':
      return new their.StreamCloseFrame(id, frame.code, frame.message);
    case 'streamMoney':
      return new their.StreamMoneyFrame(id, long(frame.shares));
    case 'streamMaxMoney':
      return new their.StreamMaxMoneyFrame(id, long(frame.receiveMax), long(frame.totalReceived));
    case 'streamMoneyBlocked':
      return new their.StreamMoneyBlockedFrame(id, long(frame.sendMax), long(frame.totalSent));
    case 'streamData':
      return new their.StreamDataFrame(id, long(frame.offset), Buffer.from(frame.data));
    case 'streamMaxData':
      return new their.StreamMaxDataFrame(id, long(frame.maxOffset));
    case 'streamDataBlocked':
      return new their.StreamDataBlockedFrame(id, long(frame.maxOffset));
    case 'streamReceipt':
      return new their.StreamReceiptFrame(id, Buffer.from(frame.receipt));
  }
}

/** The bytes that the published codec makes of a frame. */
export function theirBtp(frame: BtpFrame): Buffer {
  const their = published.btpPacket();
  const { requestId: id } = frame;
  const entries = frame.entries.map(({ name, contentType, data }) => ({
    protocolName: name,
    contentType,
    data: Buffer.from(data),
  }));
  switch (frame.type) {
    case 'message':
      return their.serializeMessage(id, entries);
    case 'response':
      return their.serializeResponse(id, entries);
    case 'transfer':
      return their.serializeTransfer({ amount: String(frame.amount) }, id, entries);
    case 'error': {
      const { code, name, triggeredAtMs, data } = frame;
      const error = { code, name, triggeredAt: new Date(triggeredAtMs), data: Buffer.from(data).toString('latin1') };
      return their.serializeError(error, id, entries);
    }
  }
}
