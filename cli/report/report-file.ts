/** A file that is written line by line, hashed as it goes, and gets its name only when it is whole. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface Written {
  /** In the folder. */
  readonly name: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

const CHUNK_CHARS = 1 << 18;
const UNFINISHED = '.partial';

export class ReportFile {
  readonly #folder: string;
  readonly #name: string;
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #pending: string[] = [];
  #chars = 0;
  #bytes = 0;

  private constructor(folder: string, name: string, file: FileHandle) {
    this.#folder = folder;
    this.#name = name;
    this.#file = file;
  }

  /** For its owner only: it may say in clear what the log has as hashes. Never through a link that stands there. */
  static async create(folder: string, name: string): Promise<ReportFile> {
    const path = join(folder, `${name}${UNFINISHED}`);
    await rm(path, { force: true });
    return new ReportFile(folder, name, await open(path, 'wx', 0o600));
  }

  /** Waits for the disk now and then, so that nothing piles up. @param text - Well-formed, with its line's end. */
  async write(text: string): Promise<void> {
    this.#pending.push(text);
    this.#chars += text.length;
    if (this.#chars >= CHUNK_CHARS) await this.#flush();
  }

  async close(): Promise<Written> {
    await this.#flush();
    await this.#file.close();
    const path = join(this.#folder, this.#name);
    await rename(`${path}${UNFINISHED}`, path);
    return { name: this.#name, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.#file.close();
    await rm(join(this.#folder, `${this.#name}${UNFINISHED}`), { force: true });
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#pending.join(''), 'utf8');
    this.#pending = [];
    this.#chars = 0;
    this.#bytes += bytes.length;
    this.#hash.update(bytes);
    await this.#file.writeFile(bytes);
  }
}
