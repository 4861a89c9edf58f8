import type { WholeOutput } from '#tari/chain/outputs.ts';
import { bytesField, type Field, fieldsOf, numberField } from '#tari/protobuf.ts';

/** Field numbers of the response to the gRPC call GetMempoolTransactions (chain.md 6). */
const TRANSACTION_OF_ANSWER = 1;
const BODY_OF_TRANSACTION = 2;
const OUTPUTS_OF_BODY = 2;
const OUTPUT = {
  features: 1,
  commitment: 2,
  hash: 4,
  script: 5,
  offsetKey: 6,
  covenant: 8,
  encryptedData: 10,
} as const;
const FEATURES = { type: 2, maturity: 3 } as const;

/** The outputs of one transaction of the mempool. @throws {ProtobufError} */
export function outputsOfMempoolAnswer(message: Uint8Array): WholeOutput[] {
  const transaction = bytesField([...fieldsOf(message)], TRANSACTION_OF_ANSWER);
  const body = bytesField([...fieldsOf(transaction)], BODY_OF_TRANSACTION);
  const outputs: WholeOutput[] = [];
  for (const { number, value } of fieldsOf(body)) {
    if (number === OUTPUTS_OF_BODY && value instanceof Uint8Array) outputs.push(outputOf([...fieldsOf(value)]));
  }
  return outputs;
}

function outputOf(fields: readonly Field[]): WholeOutput {
  const features = [...fieldsOf(bytesField(fields, OUTPUT.features))];
  return {
    outputHash: bytesField(fields, OUTPUT.hash),
    commitment: bytesField(fields, OUTPUT.commitment),
    encryptedData: bytesField(fields, OUTPUT.encryptedData),
    senderOffsetPublicKey: bytesField(fields, OUTPUT.offsetKey),
    outputType: Number(numberField(features, FEATURES.type)),
    maturity: numberField(features, FEATURES.maturity),
    script: bytesField(fields, OUTPUT.script),
    covenant: covenantIn(bytesField(fields, OUTPUT.covenant)),
  };
}

/** gRPC writes the length before the covenant: an empty one is one byte of zero. */
function covenantIn(bytes: Uint8Array): Uint8Array {
  return bytes.length === 1 && bytes[0] === 0 ? new Uint8Array() : bytes;
}
