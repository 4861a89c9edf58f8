/** An answer was longer than it may be. */
export class BodyTooLongError extends Error {
  override readonly name = 'BodyTooLongError';

  constructor(maxBytes: number) {
    super(`The answer is longer than ${maxBytes} bytes.`);
  }
}

/**
 * Reads the body of an answer as UTF-8, and stops where it is too long: a server can send for ever.
 * @param look is shown each piece before it is kept, and may throw.
 * @throws {BodyTooLongError} and what the connection or `look` throws. The rest is not read then.
 */
export async function readBoundedText(
  response: Response,
  maxBytes: number,
  look: (chunk: Uint8Array) => void = () => undefined,
): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new BodyTooLongError(maxBytes);
    look(chunk);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length).toString('utf8');
}
