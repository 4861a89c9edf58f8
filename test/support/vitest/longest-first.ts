import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Tests that start processes or wait for time-outs: they take long for the size of their files, by which vitest guesses
 * where it has no times of the last run.
 */
const LONG = [
  /^test\/(cluster|crash|faults|simulation)\//,
  /^test\/cli\/(admin|customers|menus|shopify|taritools|walk|wallet)\.test/,
  /^test\/http\/routes\/(health|process|shutdown)\.test/,
  /^test\/security\/secrets\.test/,
  /^test\/store\/postgres-duty\.test/,
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
