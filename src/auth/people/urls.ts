/** Where the console's links lead. They are absolute: they are passed on to other people and other devices. */

interface Settings {
  publicUrl: string | null;
}

/** Null without a code: it was told before, and is not kept. */
export function invitationUrl({ publicUrl }: Settings, code: string | null): string | null {
  return code === null ? null : `${publicUrl ?? ''}/console/invitation/${code}`;
}

export function loginLinkUrl({ publicUrl }: Settings, code: string): string {
  return `${publicUrl ?? ''}/console/link/${code}`;
}
