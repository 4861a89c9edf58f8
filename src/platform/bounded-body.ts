/** The body of a response exceeded its limit. */
export class BodyTooLongError extends Error {
  override readonly name = 'BodyTooLongError';

  constructor(maxBytes: number) {
    super(`The answer is longer than ${maxBytes} bytes.`);
  }
}

/**
 * Reads the body of a response as UTF-8, and stops when it gets too long: a server may never stop sending.
 * @param look is called with each chunk before it is kept, and may throw.
 * @throws {BodyTooLongError} and whatever the connection or `look` throws. The rest is then not read.
 */
export async function readBoundedText(
  response: Response,
  maxBytes: number,
  look: (chunk: Uint8Array) => void = () => undefined,
): Promise<string> {
  return (await readBoundedBytes(response, maxBytes, look)).toString('utf8');
}

/** The same, as bytes. */
export async function readBoundedBytes(
  response: Response,
  maxBytes: number,
  look: (chunk: Uint8Array) => void = () => undefined,
): Promise<Buffer> {
  if (response.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new BodyTooLongError(maxBytes);
    look(chunk);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
