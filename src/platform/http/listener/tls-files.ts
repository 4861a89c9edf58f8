import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** The server's own TLS: paths of files in PEM. */
export interface TlsFiles {
  certificate: string;
  privateKey: string;
}

/**
 * Reads both, and checks that they belong together.
 * @throws {Error} with a sentence for the operator, which shows nothing of the key.
 */
export function readTlsFiles({ certificate, privateKey }: TlsFiles): {
  cert: Buffer;
  key: Buffer;
  minVersion: 'TLSv1.2';
} {
  const cert = read('TPG_TLS_CERTIFICATE', certificate);
  const key = read('TPG_TLS_PRIVATE_KEY', privateKey);
  try {
    createSecureContext({ cert, key });
  } catch {
    throw new Error(
      `TPG_TLS_CERTIFICATE (${certificate}) and TPG_TLS_PRIVATE_KEY (${privateKey}) are not a certificate and its key in PEM, without a password`,
    );
  }
  return { cert, key, minVersion: 'TLSv1.2' };
}

function read(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new Error(`the file of ${setting}, ${path}, cannot be read (${code})`);
  }
}
