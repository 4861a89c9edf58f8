import { openScan, type ScanSettings } from '#rails/tari-chain/scan/open-scan.ts';
import type { ScanThread } from '#rails/tari-chain/scan/start-scan.ts';

/** What asks nodes, in the thread of its caller: tests of what it tells need no other thread. */
export function scanHere(settings: ScanSettings): ScanThread {
  const ending = new AbortController();
  const opened = openScan(settings, globalThis.fetch, ending.signal);
  return {
    tip: async (node) => (await opened).tip(node),
    header: async (node, height) => (await opened).header(node, height),
    heightAt: async (node, time) => (await opened).heightAt(node, time),
    scan: async (node, hash, limit, proveLinks) => (await opened).scan(node, hash, limit, proveLinks),
    digests: async (node, hash, limit) => (await opened).digests(node, hash, limit),
    confirm: async (node, hash, height, outputs) => (await opened).confirm(node, hash, height, outputs),
    seenInMempool: async (height) => (await opened).seenInMempool(height),
    async close() {
      ending.abort();
    },
  };
}
