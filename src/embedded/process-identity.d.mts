/** A text that names one process for good (pids are reused); `undefined` when it is dead or a zombie. */
export declare function processIdentity(pid: number): string | undefined
