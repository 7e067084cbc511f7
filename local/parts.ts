/** Something that runs until it is told to stop. */
export interface Part {
  close(): Promise<void>;
}

/** What has been started so far: `close` stops it, newest first. */
export interface Parts extends Part {
  /** Takes a part in, and gives it back. */
  keep<T extends Part>(part: T): T;
  /** The same for a client of an SDK, which is not closed but destroyed. */
  keepClient<T extends { destroy(): void }>(client: T): T;
}

export function noParts(): Parts {
  const parts: Part[] = [];
  return {
    keep(part) {
      parts.push(part);
      return part;
    },
    keepClient(client) {
      parts.push({ close: async () => client.destroy() });
      return client;
    },
    async close() {
      for (let part = parts.pop(); part !== undefined; part = parts.pop()) await part.close();
    },
  };
}
