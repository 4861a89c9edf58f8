/** Files for browsers, bundled and made small, as text: scripts/build/browser-files.ts makes them for builds and tests. */
declare module '*?browser' {
  export const text: string;
}
