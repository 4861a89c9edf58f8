import type { Plugin } from 'esbuild';

/** What a module names beside its commands, each loaded when a thread of the server asks for it. */
const OF_THE_SERVER = /^\.\/(?:service|http\/(?:module-)?routes)\.ts$/;

/**
 * Leaves the services and routes of the contexts out of the tool, which opens none of them. What each of them shares with
 * the commands would otherwise be split into ever smaller parts, and each part takes its time at a start.
 */
export const commandsOnly: Plugin = {
  name: 'commands-only',
  setup(build) {
    build.onResolve({ filter: OF_THE_SERVER }, ({ path, importer, kind }) =>
      kind === 'dynamic-import' && importer.endsWith('/module.ts') ? { path, namespace: 'of-the-server' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'of-the-server' }, () => ({
      contents: `throw new Error('The tool opens no services and serves no routes');`,
    }));
  },
};
