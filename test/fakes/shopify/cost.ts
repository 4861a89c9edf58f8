import { type DocumentNode, visit } from 'graphql';

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

/** Roughly Shopify's rule: a mutation 10 points, an object 1, scalars nothing. */
export function requestedCost(document: DocumentNode, mutationCost: number): number {
  let objects = 0;
  let isMutation = false;
  visit(document, {
    OperationDefinition: (node) => {
      isMutation ||= node.operation === 'mutation';
    },
    Field: (node) => {
      if (node.selectionSet !== undefined) objects += 1;
    },
  });
  return isMutation ? mutationCost : objects;
}
