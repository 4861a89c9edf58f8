/** What is kept from one test of a file to the next ends with the file. */

const endings: (() => Promise<void>)[] = [];

/** Has something ended after the last test of the file that runs. */
export function afterFile(end: () => Promise<void>): void {
  endings.push(end);
}

export async function endFile(): Promise<void> {
  for (const end of endings.splice(0)) await end();
}
