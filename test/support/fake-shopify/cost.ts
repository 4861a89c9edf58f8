import { type DocumentNode, type FieldNode, getOperationAST, Kind, type SelectionSetNode } from 'graphql';

export interface CostOptions {
  /** 2000 unless told, as captured of a real store. */
  maximumAvailable?: number;
  /** Points a second; 100 unless told. */
  restoreRate?: number;
  /** What is in the bucket at the start; full unless told. */
  currentlyAvailable?: number;
  /** What a mutation costs; 10 unless told. */
  mutationCost?: number;
}

export interface Cost {
  requestedQueryCost: number;
  actualQueryCost: number | null;
  throttleStatus: { maximumAvailable: number; currentlyAvailable: number; restoreRate: number };
}

/** The leaky bucket that Shopify keeps for each app and store. */
export interface Bucket {
  /** Takes the cost out; `admitted` false leaves it as it was. */
  charge(requestedQueryCost: number): { admitted: boolean; cost: Cost };
}

export function createBucket(options: CostOptions): Bucket {
  const maximumAvailable = options.maximumAvailable ?? 2000;
  const restoreRate = options.restoreRate ?? 100;
  let available = options.currentlyAvailable ?? maximumAvailable;
  let atMs = Date.now();
  return {
    charge(requestedQueryCost) {
      const nowMs = Date.now();
      available = Math.min(maximumAvailable, available + ((nowMs - atMs) / 1000) * restoreRate);
      atMs = nowMs;
      const admitted = available >= requestedQueryCost;
      if (admitted) available -= requestedQueryCost;
      const throttleStatus = { maximumAvailable, currentlyAvailable: Math.floor(available), restoreRate };
      const actualQueryCost = admitted ? requestedQueryCost : null;
      return { admitted, cost: { requestedQueryCost, actualQueryCost, throttleStatus } };
    },
  };
}

/** The most that one query may ask for. */
export const MAXIMUM_QUERY_COST = 1000;

/** Roughly Shopify's rule: a mutation 10 points, an object 1, a connection as many objects as it may bring, scalars nothing. */
export function requestedCost(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  mutationCost: number,
): number {
  const operation = getOperationAST(document);
  if (operation?.operation === 'mutation') return mutationCost;

  const costOf = (selections: SelectionSetNode, size: number): number =>
    selections.selections.reduce((sum, node) => {
      if (node.kind === Kind.FRAGMENT_SPREAD) return sum + costOf(fragmentOf(document, node.name.value), size);
      if (node.kind === Kind.INLINE_FRAGMENT) return sum + costOf(node.selectionSet, size);
      if (node.selectionSet === undefined || !isIncluded(node, variables)) return sum;
      const isList = node.name.value === 'nodes' || node.name.value === 'edges';
      // A connection is an object itself; what is under its nodes counts for each of them.
      const times = isList ? size : 1;
      return sum + times * (1 + costOf(node.selectionSet, sizeOf(node, variables)));
    }, 0);

  return operation ? costOf(operation.selectionSet, 1) : 0;
}

function fragmentOf(document: DocumentNode, name: string): SelectionSetNode {
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name) return definition.selectionSet;
  }
  throw new Error(`There is no fragment ${name}`);
}

function sizeOf(field: FieldNode, variables: Readonly<Record<string, unknown>>): number {
  const first = field.arguments?.find((argument) => argument.name.value === 'first')?.value;
  if (first?.kind === Kind.VARIABLE) return Number(variables[first.name.value]);
  return first?.kind === Kind.INT ? Number(first.value) : 1;
}

function isIncluded(field: FieldNode, variables: Readonly<Record<string, unknown>>): boolean {
  const include = field.directives?.find((directive) => directive.name.value === 'include');
  const condition = include?.arguments?.[0]?.value;
  return condition?.kind !== Kind.VARIABLE || variables[condition.name.value] === true;
}
