import type { ChainWatch } from './chain-watch.ts';
import type { ScanSettings } from './scan/open-scan.ts';
import type { ScanThread } from './scan/start-scan.ts';

/** What this context is given by the process, and what it gives to others. */
declare module '#platform/module.ts' {
  interface Ports {
    /** Starts what asks the nodes of the chain. */
    startScan?: (settings: ScanSettings) => ScanThread;
    /** The watcher, where there is one; set before this context is opened, it stands in place of its own. */
    chainWatch?: ChainWatch;
  }
}
