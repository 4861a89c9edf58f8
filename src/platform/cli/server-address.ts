import { CommandError, EXIT_CODES } from './exit.ts';

/** The server's address, without the slash at its end. @throws {CommandError} */
export function readServer(text: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  const isFine = (url?.protocol === 'http:' || url?.protocol === 'https:') && url.search === '' && url.hash === '';
  if (url === undefined || !isFine || url.username !== '' || url.password !== '') {
    throw new CommandError('The server must be an address such as https://pay.example.com.', EXIT_CODES.wrongUse);
  }
  return url.href.replace(/\/+$/, '');
}
