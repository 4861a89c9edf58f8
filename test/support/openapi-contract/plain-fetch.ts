/** What node has for requests, before answers are held against the description of the interface: for servers that are not ours. */
export const plainFetch = globalThis.fetch;
