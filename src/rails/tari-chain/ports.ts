import type { ChainWatch } from './chain-watch.ts';
import type { ScanSettings } from './scan/open-scan.ts';
import type { ScanThread } from './scan/start-scan.ts';

/** The dependencies of this context on the process, and what it provides to others. */
declare module '#platform/module.ts' {
  interface Ports {
    /** Starts the scan thread. */
    startScan?: (settings: ScanSettings) => ScanThread;
    /** The watcher, if there is one. If it is set before this context is opened, it replaces the context's own. */
    chainWatch?: ChainWatch;
  }
}
