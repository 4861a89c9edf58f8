import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Tests that start processes or wait for time-outs: they take long for the size of their files, by which vitest guesses
 * where it has no times of the last run.
 */
const LONG = [
  /^test\/system\/(cluster|crash|faults|fuzz|process|simulation|walkthrough)\//,
  /^test\/system\/security\/secrets\.test/,
  /^test\/cli\/(admin|menus|taritools)\.test/,
  /^test\/engine\/cli\/customers\.test/,
  /^test\/engine\/ledger\.property\.test/,
  /^test\/platform\/database\/postgres-lease\.test/,
  /^test\/platform\/monitoring\/http\/health\.test/,
  /^test\/rails\/tari-chain\/(kills|nodes)\.test/,
  /^test\/rails\/tari-wallet\/cli\/wallet\.test/,
  /^test\/shops\/shopify\/cli\.test/,
  /^test\/tari\/seed-words\.test/,
];

/** Begins with the longest files of each project, so that no worker is busy with one when the others are done. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((project) => {
      const ofProject = sorted.filter((file) => file.project === project);
      return [...ofProject.filter(isLong), ...ofProject.filter((file) => !isLong(file))];
    });
  }
}

function isLong({ moduleId, project }: TestSpecification): boolean {
  const path = relative(project.config.root, moduleId).replaceAll('\\', '/');
  return LONG.some((pattern) => pattern.test(path));
}
